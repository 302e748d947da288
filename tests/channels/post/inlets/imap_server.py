"""A real IMAP server (Dovecot) on a loopback port, with a folder of its own, not as root."""

import datetime
import imaplib
import os
import shutil
import subprocess
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal import processes

USER, PASSWORD = "scanner", "a password only for this test"
NOBODY = 65534  # Debian's nobody and nogroup

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {uid}
mail_gid = {gid}
imap_capability = {capability}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
"""


def program() -> str:
    """Path of Dovecot, which stands where only root looks for programs. Missing is a failure, not a skip."""
    path = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert path, "dovecot is missing: run 'make setup' or 'sudo apt-get install dovecot-imapd'"
    return path


class ImapServer:
    """Starts with `start`, ends with `stop`; `capability` replaces what it says it can do."""

    def __init__(self, capability: str = "") -> None:
        self.program = program()
        self.folder = Path(tempfile.mkdtemp(prefix="imap-"))
        self.port, self.tls_port = processes.free_port(), processes.free_port()
        self.as_root = os.geteuid() == 0
        self.uid, self.gid = (NOBODY, NOBODY) if self.as_root else (os.geteuid(), os.getegid())
        self.capability = capability
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Errors: RuntimeError with the server's log if it does not answer within 15 seconds."""
        import grp
        import pwd

        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        self._certificate()
        config = CONFIG.format(
            folder=self.folder,
            port=self.port,
            tls_port=self.tls_port,
            uid=self.uid,
            gid=self.gid,
            user=pwd.getpwuid(self.uid).pw_name,
            group=grp.getgrgid(self.gid).gr_name,
            capability=self.capability,
        )
        (self.folder / "dovecot.conf").write_text(config, encoding="utf-8")
        for name in ("run", "state", "home", "mail"):
            (self.folder / name).mkdir()
        if self.as_root:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self.uid, self.gid)
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.as_root else {}
        self.process = subprocess.Popen(
            [self.program, "-F", "-c", str(self.folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **identity,  # type: ignore[call-overload]
        )
        end = time.monotonic() + 15
        while True:
            try:
                self.connect().logout()
            except (OSError, imaplib.IMAP4.error) as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    log = self.folder / "log"
                    said = log.read_text(encoding="utf-8") if log.exists() else "no log"
                    raise RuntimeError(f"dovecot does not answer: {error}\n{said}") from None
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self) -> imaplib.IMAP4:
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            server.login(USER, PASSWORD)
        except imaplib.IMAP4.error:
            server.shutdown()
            raise
        return server

    def deliver(self, mail: "EmailMessage | bytes") -> None:
        """As the office's mail server would, when a scanner has sent it."""
        server = self.connect()
        said, data = server.append("INBOX", "", "", bytes(mail))
        assert said == "OK", data
        server.logout()

    def subjects(self, folder: str = "INBOX") -> list[str]:
        """What lies in a folder; nothing if it is not there."""
        server = self.connect()
        try:
            if server.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            found = server.search(None, "ALL")[1][0].split()
            raw = [server.fetch(one, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0] for one in found]
            return [part[1].decode(errors="replace").removeprefix("Subject:").strip() for part in raw if part]  # type: ignore[union-attr]
        finally:
            server.logout()

    def empty(self) -> None:
        server = self.connect()
        for folder in ("INBOX", "Erledigt", "Nicht verstanden"):
            said, count = server.select(f'"{folder}"')
            if said == "OK" and count[0] != b"0":
                server.store("1:*", "+FLAGS", "(\\Deleted)")
                server.expunge()
        server.logout()

    def _certificate(self) -> None:
        """A certificate for 127.0.0.1 that only this test trusts."""
        import ipaddress

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
            )
            .sign(key, hashes.SHA256())
        )
        self.certificate = self.folder / "cert.pem"
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.folder / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
