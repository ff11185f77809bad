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

export function livePlots() {
  for (const figure of document.querySelectorAll('[data-plot="signal"]')) {
    const still = figure.querySelector(".plot-scroll");
    const data = JSON.parse(figure.dataset.values);
    if (!still || !data.weeks?.length) continue;
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
