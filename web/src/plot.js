// Live plots: the server's SVG replaced by the same plot with tooltip and zoom. The table beside it stays.
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, ScatterChart, AriaComponent, DataZoomComponent, GridComponent, TooltipComponent, SVGRenderer]);

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// tip builds the tooltip's content from text nodes, so that nothing in the data can become markup.
function tip(data, index, number) {
  const box = document.createElement("div");
  box.className = "plot-tip";
  const head = document.createElement("b");
  head.textContent = data.weeks[index];
  box.append(head);
  for (const key of ["observed", "expected", "threshold"]) {
    const value = data[key][index];
    const line = document.createElement("div");
    line.dir = "auto";
    line.textContent = `${data.words[key]}: ${value === null ? "–" : number.format(value)}`;
    box.append(line);
  }
  if (data.alarms.includes(index)) {
    const line = document.createElement("div");
    line.textContent = `▼ ${data.words.alarm}`;
    box.append(line);
  }
  return box;
}

// narrow is the width, in CSS pixels, below which a plot opens on its last year.
const narrow = 600;

function option(data, description, width) {
  const ink = color("--ink"), soft = color("--ink-soft"), rule = color("--rule-soft");
  const alarm = color("--plot-alarm"), alarms = new Set(data.alarms);
  const number = new Intl.NumberFormat(`${data.lang}-u-nu-latn`, { maximumFractionDigits: 2 });
  const startValue = width < narrow ? Math.max(0, data.weeks.length - 52) : 0;
  const axis = { axisLabel: { color: soft }, axisLine: { lineStyle: { color: soft } } };
  return {
    animation: false,
    aria: { enabled: true, label: { description } },
    textStyle: { fontFamily: "system-ui, sans-serif" },
    grid: { left: 48, right: 16, top: 28, bottom: 64 },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: color("--paper"), borderColor: color("--rule"),
      textStyle: { color: ink }, formatter: (points) => tip(data, points[0].dataIndex, number),
    },
    dataZoom: [
      { type: "inside", zoomOnMouseWheel: "ctrl", startValue },
      { type: "slider", startValue, height: 22, bottom: 8, borderColor: rule, textStyle: { color: soft }, brushSelect: false },
    ],
    xAxis: { type: "category", data: data.weeks, ...axis },
    yAxis: { type: "value", min: 0, name: data.unit, nameTextStyle: { color: soft, align: "left" }, splitLine: { lineStyle: { color: rule } }, ...axis },
    series: [
      {
        name: data.words.observed, type: "bar", barCategoryGap: "28%", itemStyle: { color: color("--plot-column") },
        data: data.observed.map((value, i) => (alarms.has(i) ? { value, itemStyle: { color: alarm } } : value)),
      },
      { name: data.words.expected, type: "line", data: data.expected, showSymbol: false, lineStyle: { color: color("--plot-line"), width: 2 }, itemStyle: { color: color("--plot-line") } },
      { name: data.words.threshold, type: "line", data: data.threshold, showSymbol: false, lineStyle: { color: alarm, type: "dashed", width: 1.75 }, itemStyle: { color: alarm } },
      {
        name: data.words.alarm, type: "scatter", symbol: "triangle", symbolRotate: 180, symbolSize: 10, symbolOffset: [0, -10],
        itemStyle: { color: alarm }, data: data.alarms.map((i) => [i, data.observed[i]]),
      },
    ],
  };
}

// How the curves of a comparison are told apart beside their colour, as in the still plot.
const dashes = ["solid", [7, 3], [2, 3], [10, 3, 2, 3], [1, 4], [14, 4]];
const symbols = ["circle", "rect", "triangle", "diamond", "pin", "arrow"];

// curvesTip builds the tooltip of a comparison from text nodes.
function curvesTip(data, index, number) {
  const box = document.createElement("div");
  box.className = "plot-tip";
  const head = document.createElement("b");
  head.textContent = data.steps[index];
  box.append(head);
  for (const curve of data.curves) {
    const line = document.createElement("div");
    line.dir = "auto";
    const value = curve.values[index];
    line.textContent = `${curve.name}: ${value === null ? "–" : number.format(value)}`;
    box.append(line);
    for (const mark of curve.marks) {
      if (mark.step !== index) continue;
      const note = document.createElement("div");
      note.textContent = `▼ ${mark.text}`;
      box.append(note);
    }
  }
  return box;
}

function curvesOption(data, description, width) {
  const ink = color("--ink"), soft = color("--ink-soft"), rule = color("--rule-soft"), alarm = color("--plot-alarm");
  const number = new Intl.NumberFormat(`${data.lang}-u-nu-latn`, { maximumFractionDigits: 2 });
  const startValue = width < narrow ? Math.max(0, data.steps.length - 52) : 0;
  const axis = { axisLabel: { color: soft }, axisLine: { lineStyle: { color: soft } } };
  return {
    animation: false,
    aria: { enabled: true, label: { description } },
    textStyle: { fontFamily: "system-ui, sans-serif" },
    grid: { left: 48, right: 16, top: 28, bottom: 64 },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: color("--paper"), borderColor: color("--rule"),
      textStyle: { color: ink }, formatter: (points) => curvesTip(data, points[0].dataIndex, number),
    },
    dataZoom: [
      { type: "inside", zoomOnMouseWheel: "ctrl", startValue },
      { type: "slider", startValue, height: 22, bottom: 8, borderColor: rule, textStyle: { color: soft }, brushSelect: false },
    ],
    xAxis: { type: "category", data: data.steps, ...axis },
    yAxis: { type: "value", min: 0, name: data.unit, nameTextStyle: { color: soft, align: "left" }, splitLine: { lineStyle: { color: rule } }, ...axis },
    series: data.curves.flatMap((curve, i) => [
      {
        name: curve.name, type: "line", data: curve.values, symbol: symbols[i], symbolSize: 6, showSymbol: data.steps.length <= 40,
        lineStyle: { color: color(`--curve-${i + 1}`), width: 2, type: dashes[i] }, itemStyle: { color: color(`--curve-${i + 1}`) },
      },
      {
        type: "scatter", symbol: "triangle", symbolRotate: 180, symbolSize: 11, symbolOffset: [0, -12], itemStyle: { color: alarm },
        data: curve.marks.map((mark) => [mark.step, curve.values[mark.step]]),
      },
    ]),
  };
}

const options = { signal: option, curves: curvesOption };

export function livePlots() {
  for (const figure of document.querySelectorAll("[data-plot]")) {
    const still = figure.querySelector(".plot-scroll");
    const data = JSON.parse(figure.dataset.values);
    const option = options[figure.dataset.plot];
    if (!still || !option || !(data.weeks ?? data.steps)?.length) continue;
    const description = still.querySelector("desc")?.textContent ?? data.title;
    const live = document.createElement("div");
    live.className = "plot-live";
    live.setAttribute("role", "img");
    live.setAttribute("aria-label", `${data.title}. ${description}`);
    still.replaceWith(live);
    const chart = init(live, null, { renderer: "svg" });
    const draw = () => chart.setOption(option(data, description, live.clientWidth), true);
    draw();
    new ResizeObserver(() => chart.resize()).observe(live);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    matchMedia("print").addEventListener("change", () => chart.resize());
  }
}
