"""A scanner of the network as far as eSCL goes: a real HTTP server that holds sheets, sends them as PDF."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

SCAN = "http://schemas.hp.com/imaging/escl/2011/05/03"
PWG = "http://www.pwg.org/schemas/2010/12/sm"

CAPS = f"""<?xml version="1.0"?>
<scan:ScannerCapabilities xmlns:scan="{SCAN}" xmlns:pwg="{PWG}">
  <pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Musterscanner 7</pwg:MakeAndModel>
  <scan:Platen><scan:PlatenInputCaps><scan:MaxWidth>2550</scan:MaxWidth></scan:PlatenInputCaps></scan:Platen>
  <scan:Adf><scan:AdfSimplexInputCaps><scan:SettingProfiles><scan:SettingProfile>
    <scan:ColorModes><scan:ColorMode>RGB24</scan:ColorMode><scan:ColorMode>Grayscale8</scan:ColorMode>
    </scan:ColorModes>
    <scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
    <pwg:DocumentFormat>application/pdf</pwg:DocumentFormat></scan:DocumentFormats>
    <scan:SupportedResolutions><scan:DiscreteResolutions>
      <scan:DiscreteResolution><scan:XResolution>200</scan:XResolution></scan:DiscreteResolution>
      <scan:DiscreteResolution><scan:XResolution>300</scan:XResolution></scan:DiscreteResolution>
      <scan:DiscreteResolution><scan:XResolution>600</scan:XResolution></scan:DiscreteResolution>
    </scan:DiscreteResolutions></scan:SupportedResolutions>
  </scan:SettingProfile></scan:SettingProfiles></scan:AdfSimplexInputCaps>
  %s</scan:Adf>
</scan:ScannerCapabilities>"""
DUPLEX = "<scan:AdfDuplexInputCaps><scan:MaxWidth>2550</scan:MaxWidth></scan:AdfDuplexInputCaps>"


class Scanner:
    """`documents`: what it sends for the next job. What it was asked stands in `requests` and `orders`."""

    def __init__(self) -> None:
        self.documents: list[bytes] = []
        self.duplex = True
        self.busy = False
        self.pauses = 0  # answers "not yet" so often before each document
        self.capabilities: bytes | None = None
        self.location: str | None = None  # another address of the job than its own
        self.requests: list[tuple[str, str]] = []
        self.orders: list[dict[str, str]] = []
        scanner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                scanner.requests.append(("GET", self.path))
                if self.path == "/eSCL/ScannerCapabilities":
                    made = CAPS % (DUPLEX if scanner.duplex else "")
                    self.answer(200, scanner.capabilities or made.encode(), kind="text/xml")
                elif self.path == "/eSCL/ScanJobs/17/NextDocument":
                    scanner.left -= 1
                    if scanner.left >= 0:
                        self.answer(503)
                    elif scanner.documents:
                        scanner.left = scanner.pauses
                        self.answer(200, scanner.documents.pop(0), kind="application/pdf")
                    else:
                        self.answer(404)
                else:
                    self.answer(404)

            def do_POST(self) -> None:
                scanner.requests.append(("POST", self.path))
                root = ET.fromstring(self.rfile.read(int(self.headers["Content-Length"])))  # noqa: S314
                scanner.orders.append({one.tag.rpartition("}")[2]: one.text or "" for one in root})
                if scanner.busy:
                    self.answer(503)
                elif not scanner.documents:
                    self.answer(409)
                else:
                    scanner.left = scanner.pauses
                    self.answer(201, location=scanner.location or f"{scanner.url}/ScanJobs/17")

            def do_DELETE(self) -> None:
                scanner.requests.append(("DELETE", self.path))
                self.answer(200)

            def answer(self, status: int, body: bytes = b"", *, kind: str = "", location: str = "") -> None:
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.left = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/eSCL"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
