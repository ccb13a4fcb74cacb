/** How many of a class's base unit one of a unit is, for what is measured by a factor alone. */
const factors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  energy: { Wh: 1, kWh: 1e3, MWh: 1e6, GWh: 1e9, J: 1 / 3600, kJ: 1 / 3.6, MJ: 1e3 / 3.6, GJ: 1e6 / 3.6 },
  power: { mW: 1e-3, W: 1, kW: 1e3, MW: 1e6, GW: 1e9 },
  distance: { mm: 1e-3, cm: 1e-2, m: 1, km: 1e3, in: 0.0254, ft: 0.3048, yd: 0.9144, mi: 1609.344 },
  mass: { µg: 1e-6, mg: 1e-3, g: 1, kg: 1e3, oz: 28.349523125, lb: 453.59237 },
  pressure: { Pa: 1, hPa: 100, mbar: 100, kPa: 1e3, bar: 1e5, psi: 6894.757293168, inHg: 3386.389 },
  volume: { mL: 1e-3, L: 1, 'm³': 1e3, 'ft³': 28.316846592, gal: 3.785411784 },
  speed: { 'm/s': 1, 'km/h': 1 / 3.6, mph: 0.44704, kn: 1852 / 3600 },
  voltage: { mV: 1e-3, V: 1, kV: 1e3 },
  electric_current: { mA: 1e-3, A: 1 },
  information: { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  duration: { ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 },
  unitless: { '%': 1e-2, ppm: 1e-6, ppb: 1e-9 },
};

const temperatures: Readonly<Record<string, { readonly scale: number; readonly offset: number }>> = {
  '°C': { scale: 1, offset: 0 },
  '°F': { scale: 5 / 9, offset: -32 },
  K: { scale: 1, offset: -273.15 },
};

/** What a unit measures, as Home Assistant calls it; null where it is not converted. */
export function unitClassOf(unit: string | null, deviceClass?: unknown): string | null {
  if (unit === null) return null;
  if (unit in temperatures) return 'temperature';
  if (deviceClass === 'carbon_monoxide' && unit === 'ppm') return 'carbon_monoxide';
  return Object.keys(factors).find((name) => Object.hasOwn(factors[name] ?? {}, unit)) ?? null;
}

/** From one unit into another of the same class; undefined where there is no way. */
export function converter(
  unitClass: string | null,
  from: string | null,
  to: string | undefined,
): ((value: number) => number) | undefined {
  if (unitClass === null || from === null || to === undefined || from === to) return undefined;
  if (unitClass === 'temperature') {
    const [one, other] = [temperatures[from], temperatures[to]];
    if (one === undefined || other === undefined) return undefined;
    return (value) => ((value + one.offset) * one.scale) / other.scale - other.offset;
  }
  const [one, other] = [factors[unitClass]?.[from], factors[unitClass]?.[to]];
  return one === undefined || other === undefined ? undefined : (value) => (value * one) / other;
}
