/** Colours as Home Assistant reckons them: hue 0 to 360, saturation 0 to 100, red, green and blue 0 to 255. */
export type Hs = readonly [hue: number, saturation: number];
export type Rgb = readonly [red: number, green: number, blue: number];
export type Xy = readonly [x: number, y: number];

export function rgbOfHs([hue, saturation]: Hs): Rgb {
  const chroma = saturation / 100;
  const channel = (turn: number): number => {
    const position = (turn + hue / 60) % 6;
    return Math.round((1 - chroma * Math.max(0, Math.min(position, 4 - position, 1))) * 255);
  };
  return [channel(5), channel(3), channel(1)];
}

export function hsOfRgb([red, green, blue]: Rgb): Hs {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread === 0) return [0, 0];
  const sixth =
    most === red ? (green - blue) / spread : most === green ? 2 + (blue - red) / spread : 4 + (red - green) / spread;
  return [rounded(((((sixth / 6) % 1) + 1) % 1) * 360, 3), rounded((spread / most) * 100, 3)];
}

/** By way of the wide gamut of D65, as the makers of such lamps publish it. */
export function xyOfRgb(rgb: Rgb): Xy {
  const [red, green, blue] = rgb.map((channel) => linear(channel / 255)) as unknown as Rgb;
  const x = red * 0.664511 + green * 0.154324 + blue * 0.162028;
  const y = red * 0.283881 + green * 0.668433 + blue * 0.047685;
  const z = red * 0.000088 + green * 0.07231 + blue * 0.986039;
  const sum = x + y + z;
  return sum === 0 ? [0, 0] : [rounded(x / sum, 3), rounded(y / sum, 3)];
}

function linear(channel: number): number {
  return channel > 0.04045 ? ((channel + 0.055) / 1.055) ** 2.4 : channel / 12.92;
}

/** Tanner Helland's approximation of a black body's colour. */
export function rgbOfKelvin(kelvin: number): Rgb {
  const hundreds = Math.min(40_000, Math.max(1000, kelvin)) / 100;
  const red = hundreds <= 66 ? 255 : 329.698727446 * (hundreds - 60) ** -0.1332047592;
  const green =
    hundreds <= 66
      ? 99.4708025861 * Math.log(hundreds) - 161.1195681661
      : 288.1221695283 * (hundreds - 60) ** -0.0755148492;
  const blue = hundreds >= 66 ? 255 : hundreds <= 19 ? 0 : 138.5177312231 * Math.log(hundreds - 10) - 305.0447927307;
  return [byte(red), byte(green), byte(blue)];
}

function byte(value: number): number {
  return Math.min(255, Math.max(0, value));
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** Names of colours that people ask for; the rest of the CSS names falls back to white, as an unknown name does. */
export const colourNames: Readonly<Record<string, Rgb>> = {
  red: [255, 0, 0],
  green: [0, 128, 0],
  blue: [0, 0, 255],
  white: [255, 255, 255],
  yellow: [255, 255, 0],
  orange: [255, 165, 0],
  purple: [128, 0, 128],
  pink: [255, 192, 203],
  cyan: [0, 255, 255],
  magenta: [255, 0, 255],
  gold: [255, 215, 0],
  turquoise: [64, 224, 208],
  violet: [238, 130, 238],
  warmwhite: [255, 244, 229],
};
