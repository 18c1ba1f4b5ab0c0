/** The picture of spec/vectors/recipes/resizing.py, a formula. */
export function wavePicture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / (3 * width))];
    const wave = 127.5 + 127.5 * Math.sin((x * (c + 2) + 3 * y + (x * y) / 7) / 5);
    return (Math.floor(x / 4) + Math.floor(y / 3) + c) % 2 === 0 ? wave : 255 - wave;
  });
}
