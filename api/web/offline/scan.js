// Reading QR codes from pictures and from the camera: by the browser's own
// reader where there is one, else by jsQR.

const detector = (async () => {
  try {
    if ((await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      return new BarcodeDetector({ formats: ["qr_code"] });
    }
  } catch {
    // This browser has none.
  }
  return null;
})();

// longestSide bounds the work for one picture.
const longestSide = 3600;

// readArea reads a code from a part of a picture, drawn at a scale.
function readArea(source, x, y, width, height, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // pictures may be transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, x, y, width, height, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const code = jsQR(pixels.data, pixels.width, pixels.height, { inversionAttempts: "dontInvert" });
  return code && code.data !== "" ? code.data : null;
}

// areas are the parts of a picture to try: all of it in falling sizes, then
// quarters and ninths that overlap, since on a page full of text a reader may
// take other squares for the corners of the code.
function* areas(width, height) {
  const largest = Math.min(1, longestSide / Math.max(width, height));
  for (const scale of [largest, largest * 0.7, largest * 0.45, largest * 1.5]) {
    yield [0, 0, width, height, scale];
  }
  for (const parts of [2, 3]) {
    const w = width / (parts - 0.5);
    const h = height / (parts - 0.5);
    for (let row = parts - 1; row >= 0; row--) {
      for (let column = 0; column < parts; column++) {
        yield [(column * (width - w)) / (parts - 1), (row * (height - h)) / (parts - 1), w, h, largest];
      }
    }
  }
}

// pause lets the browser draw and answer.
function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// readPicture returns the text of the code in a picture file, or null. An
// error means that the file is no picture.
async function readPicture(file) {
  const picture = await createImageBitmap(file);
  try {
    const own = await detector;
    if (own) {
      const found = await own.detect(picture).catch(() => []);
      if (found.length > 0) return found[0].rawValue;
    }
    for (const [x, y, width, height, scale] of areas(picture.width, picture.height)) {
      const text = readArea(picture, x, y, width, height, scale);
      if (text !== null) return text;
      await pause(0);
    }
    return null;
  } finally {
    picture.close();
  }
}

// watch reads frames of a playing video until it finds a code or is told to
// stop. It returns the text, or null.
async function watch(video, running) {
  const own = await detector;
  for (let n = 0; running(); n++) {
    const [w, h] = [video.videoWidth, video.videoHeight];
    if (w > 0 && h > 0) {
      if (own) {
        const found = await own.detect(video).catch(() => []);
        if (found.length > 0) return found[0].rawValue;
      }
      const side = Math.min(w, h);
      const text = n % 2 === 0
        ? readArea(video, (w - side) / 2, (h - side) / 2, side, side, Math.min(1, 1080 / side))
        : readArea(video, 0, 0, w, h, Math.min(1, 1280 / Math.max(w, h)));
      if (text !== null && running()) return text;
    }
    await pause(120);
  }
  return null;
}
