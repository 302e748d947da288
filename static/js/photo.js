/* A photo before it is sent: made smaller where that loses nothing one could read, and looked at for what
   makes papers unreadable. What it says are hints ("blurred dark cut"), never a refusal.

   prepare(file) gives { blob, hints }; anything that is no photo, or cannot be opened, stays as it is. */
const LONGEST = 2600; // an A4 page that fills the picture is then read at 220 dots an inch
const LOOKED_AT = 1600;
const TILE = 32;

function drawn(picture, longest) {
  const part = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * part);
  canvas.height = Math.round(picture.height * part);
  const context = canvas.getContext("2d", { willReadFrequently: longest === LOOKED_AT });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return { canvas, context };
}

// Tile by tile: darkest, brightest, and how steep the steepest edge is against their distance.
function look(picture) {
  const { canvas, context } = drawn(picture, LOOKED_AT);
  const { width, height } = canvas;
  const rgba = context.getImageData(0, 0, width, height).data;
  const across = Math.floor(width / TILE), down = Math.floor(height / TILE);
  const tiles = [];
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      let low = 255, high = 0, edge = 0, sum = 0;
      for (let y = row * TILE; y < (row + 1) * TILE; y++) {
        let before = -1;
        for (let x = column * TILE; x < (column + 1) * TILE; x++) {
          const grey = rgba[4 * (y * width + x) + 1];
          if (grey < low) low = grey;
          if (grey > high) high = grey;
          sum += grey;
          if (before >= 0 && Math.abs(grey - before) > edge) edge = Math.abs(grey - before);
          before = grey;
        }
      }
      const contrast = high - low;
      tiles.push({ row, column, high, contrast, mean: sum / TILE / TILE, steep: edge / (contrast || 1) });
    }
  }
  return { tiles, across, down };
}

const at = (values, part) => values.sort((a, b) => a - b)[Math.floor(part * (values.length - 1))] || 0;

function judge(picture) {
  const { tiles, across, down } = look(picture);
  const paper = at(tiles.map((tile) => tile.high), 0.8);
  // Writing is thin and dark on bright paper; where the table begins, half a tile is dark.
  const writing = (contrast) => tiles.filter((tile) => tile.contrast > contrast * paper && tile.mean > 0.75 * paper);
  const softer = (found, limit) => found.length > 20 && at(found.map((tile) => tile.steep), 0.6) < limit;
  const written = writing(0.35);
  const hints = [];
  if (paper < 100) hints.push("dark");
  if (softer(written, 0.18) || softer(writing(0.25), 0.115)) hints.push("blurred");
  // Text that runs into the edge of the picture: there as much is written as further in.
  const band = (at) => written.filter(at).length;
  const cut = [
    [band((tile) => tile.column === 0), band((tile) => tile.column === 2), down],
    [band((tile) => tile.column === across - 1), band((tile) => tile.column === across - 3), down],
    [band((tile) => tile.row === 0), band((tile) => tile.row === 2), across],
    [band((tile) => tile.row === down - 1), band((tile) => tile.row === down - 3), across],
  ].some(([edge, inside, length]) => edge > 0.12 * length && edge > 0.6 * inside);
  if (cut) hints.push("cut");
  return hints.join(" ");
}

export async function prepare(file) {
  const asItIs = { blob: file, hints: "" };
  if (!/^image\/(jpeg|png|webp|hei[cf])$/.test(file.type)) return asItIs;
  try {
    const picture = await createImageBitmap(file); // turned as the camera was held
    const hints = judge(picture);
    const heic = file.type.startsWith("image/hei");
    if (!heic && (file.type === "image/png" || file.size < 1e6)) return { blob: file, hints };
    const { canvas } = drawn(picture, LONGEST);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return { blob: blob && (heic || blob.size < 0.75 * file.size) ? blob : file, hints };
  } catch {
    return asItIs;
  }
}
