// The map of the world: one path a country by its ISO 3166-1 alpha-2 code, projected and simplified here so that
// neither the server nor the browser needs a map library. Shapes: Natural Earth through world-atlas.
// Equal Earth (Šavrič, Patterson and Jenny, 2018) keeps areas true, as a map that colours areas should.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { geoEqualEarth, geoPath } from "d3-geo";
import countries from "i18n-iso-countries";
import { feature, merge } from "topojson-client";
import { presimplify, quantile, simplify } from "topojson-simplify";

const atlas = join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules", "world-atlas");
const width = 2000; // points stand on whole numbers: half a pixel where the map is 1000 pixels wide
const margin = 12; // above and below

// keep is the share of the outlines' points that stay: those that enclose the largest triangles (Visvalingam and Whyatt, 1993).
const keep = 0.5;

// Places that the atlas draws apart without a code of ISO 3166-1: XK is the code in use for Kosovo;
// the others are drawn with the state that the United Nations' maps draw them with.
const unnumbered = { Kosovo: "XK", Somaliland: "SO", "N. Cyprus": "CY" };

// Small states that the finer atlas lacks too: longitude and latitude of the capital.
const missing = { TV: [179.2, -8.52] };

const code = (g) => (g.id ? countries.numericToAlpha2(g.id) : unnumbered[g.properties.name]);

async function load(scale) {
  return JSON.parse(await readFile(join(atlas, `countries-${scale}.json`), "utf8"));
}

// byCode groups the atlas's geometries by code and merges those that share one.
function byCode(topology) {
  const groups = new Map();
  for (const g of topology.objects.countries.geometries) {
    const c = code(g);
    if (!c || c === "AQ") continue;
    groups.set(c, [...(groups.get(c) ?? []), g]);
  }
  const out = new Map();
  for (const [c, gs] of groups) {
    out.set(c, gs.length === 1 ? feature(topology, gs[0]).geometry : merge(topology, gs));
  }
  return out;
}

// largest returns the part of a geometry with the largest area on the map, so that France's dot stands in Europe.
function largest(geometry, path) {
  if (geometry.type !== "MultiPolygon") return geometry;
  const parts = geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
  return parts.reduce((a, b) => (path.area(b) > path.area(a) ? b : a));
}

// pen writes paths as steps between points on whole numbers, which takes a third of the bytes of places with decimals.
// Rings that the rounding leaves without an area are left out.
class Pen {
  constructor() { this.path = ""; }
  moveTo(x, y) { this.ring = [[Math.round(x), Math.round(y)]]; }
  lineTo(x, y) {
    const at = [Math.round(x), Math.round(y)], before = this.ring.at(-1);
    if (at[0] !== before[0] || at[1] !== before[1]) this.ring.push(at);
  }
  closePath() {
    const [first, ...rest] = this.ring, last = rest.at(-1);
    if (last && last[0] === first[0] && last[1] === first[1]) rest.pop();
    if (rest.length < 2) return;
    let steps = "", [x, y] = first;
    for (const [u, v] of rest) {
      for (const step of [u - x, v - y]) steps += (steps && step >= 0 ? " " : "") + step;
      [x, y] = [u, v];
    }
    this.path += `M${first.join(" ")}l${steps}z`;
  }
}

export async function world() {
  const coarse = presimplify(await load("110m"));
  const shapes = byCode(simplify(coarse, quantile(coarse, keep)));
  const fine = byCode(await load("50m"));

  const land = { type: "GeometryCollection", geometries: [...shapes.values()] };
  const projection = geoEqualEarth().rotate([-11, 0]).fitWidth(width, land);
  const path = geoPath(projection);
  const [[, top], [, bottom]] = path.bounds(land);
  projection.translate([projection.translate()[0], projection.translate()[1] - top + margin]);
  const height = Math.ceil(bottom - top) + 2 * margin;

  const round = (at) => at.map(Math.round);
  const paths = {}, points = {};
  for (const [c, g] of [...fine, ...shapes]) points[c] = round(path.centroid(largest(g, path)));
  for (const [c, at] of Object.entries(missing)) points[c] = round(projection(at));
  for (const [c, g] of shapes) {
    const pen = new Pen();
    geoPath(projection, pen)(g);
    if (pen.path) paths[c] = pen.path;
  }

  const sorted = (o) => Object.fromEntries(Object.entries(o).sort());
  return { width, height, source: "Natural Earth", shapes: sorted(paths), points: sorted(points) };
}

// shapes is the file from which maps take the shapes of countries by their codes, so that browsers fetch them once.
export function shapes(atlas) {
  const paths = Object.entries(atlas.shapes).map(([code, d]) => `<path id="${code}" vector-effect="non-scaling-stroke" d="${d}"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg"><defs>${paths.join("\n")}</defs></svg>\n`;
}
