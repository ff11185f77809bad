// Brings the server's maps to life, which are complete without it: zoom and pan by buttons, keys, wheel with Ctrl, and pointer; a tooltip beside the pointer.
const most = 12; // times the whole map

class LiveMap {
  constructor(frame) {
    this.frame = frame;
    this.svg = frame.querySelector("svg");
    const [, , width, height] = this.svg.getAttribute("viewBox").split(" ").map(Number);
    Object.assign(this, { width, height, zoom: 1, x: width / 2, y: height / 2, pointers: new Map() });
    this.tools();
    this.tooltip();
    this.gestures();
  }

  // look shows the map zoomed around a point, never past its edges.
  look(zoom, x, y) {
    this.zoom = Math.min(most, Math.max(1, zoom));
    const w = this.width / this.zoom, h = this.height / this.zoom;
    this.x = Math.min(this.width - w / 2, Math.max(w / 2, x));
    this.y = Math.min(this.height - h / 2, Math.max(h / 2, y));
    this.svg.setAttribute("viewBox", `${this.x - w / 2} ${this.y - h / 2} ${w} ${h}`);
    this.frame.classList.toggle("map-zoomed", this.zoom > 1);
    for (const dot of this.svg.querySelectorAll("circle")) dot.setAttribute("r", 7 / Math.sqrt(this.zoom));
  }

  tools() {
    const box = document.createElement("div");
    box.className = "map-tools";
    const button = (sign, label, act) => {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = sign;
      b.setAttribute("aria-label", label);
      b.addEventListener("click", act);
      box.append(b);
    };
    const { zoomIn, zoomOut, reset } = this.frame.dataset;
    button("+", zoomIn, () => this.look(this.zoom * 1.6, this.x, this.y));
    button("−", zoomOut, () => this.look(this.zoom / 1.6, this.x, this.y));
    button("⤢", reset, () => this.look(1, this.width / 2, this.height / 2));
    box.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      this.look(this.zoom, this.x + step[0] * 120 / this.zoom, this.y + step[1] * 120 / this.zoom);
    });
    this.frame.append(box);
  }

  tooltip() {
    const tip = document.createElement("div");
    tip.className = "map-tip";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true");
    this.frame.append(tip);
    // The titles move into data attributes so that the browser's own tooltip does not stand beside ours.
    for (const title of this.svg.querySelectorAll(":scope > a > title, :scope > g > title")) {
      const country = title.parentNode;
      country.lastElementChild.dataset.words = title.textContent;
      if (country.matches("a")) country.setAttribute("aria-label", title.textContent);
      title.remove();
    }
    const show = (text, x, y) => {
      tip.textContent = text;
      tip.hidden = false;
      const { width } = this.frame.getBoundingClientRect();
      tip.style.left = `${Math.min(x + 12, width - tip.offsetWidth - 4)}px`;
      tip.style.top = `${Math.max(0, y - tip.offsetHeight - 8)}px`;
    };
    this.svg.addEventListener("pointermove", (event) => {
      const words = event.target.dataset?.words;
      if (!words) return void (tip.hidden = true);
      const at = this.frame.getBoundingClientRect();
      show(words, event.clientX - at.left, event.clientY - at.top);
    });
    this.svg.addEventListener("pointerleave", () => (tip.hidden = true));
    this.svg.addEventListener("focusin", (event) => {
      const shape = event.target.querySelector("[data-words]");
      if (!shape) return;
      const at = this.frame.getBoundingClientRect(), box = shape.getBoundingClientRect();
      show(shape.dataset.words, box.left + box.width / 2 - at.left, box.top - at.top);
    });
    this.svg.addEventListener("focusout", () => (tip.hidden = true));
  }

  // at gives the map's coordinates under a pointer.
  at(event) {
    const box = this.svg.getBoundingClientRect();
    const w = this.width / this.zoom, h = this.height / this.zoom;
    return [this.x - w / 2 + (event.clientX - box.left) / box.width * w, this.y - h / 2 + (event.clientY - box.top) / box.height * h];
  }

  gestures() {
    this.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls on
      event.preventDefault();
      const [x, y] = this.at(event), k = Math.exp(-event.deltaY / 300);
      this.look(this.zoom * k, x + (this.x - x) / k, y + (this.y - y) / k);
    }, { passive: false });
    this.svg.addEventListener("pointerdown", (event) => this.pointers.set(event.pointerId, event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.svg.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    this.svg.addEventListener("click", (event) => {
      if (this.dragged) event.preventDefault();
      this.dragged = false;
    }, true);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const box = this.svg.getBoundingClientRect(), unit = this.width / this.zoom / box.width;
    if (this.pointers.size === 2) {
      const other = [...this.pointers.values()].find((p) => p.pointerId !== event.pointerId);
      const apart = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
      this.look(this.zoom * apart(event, other) / apart(before, other), this.x, this.y);
    } else if (this.zoom > 1) {
      const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
      if (Math.abs(dx) + Math.abs(dy) > 3) this.dragged = true;
      this.look(this.zoom, this.x - dx * unit, this.y - dy * unit);
    }
    this.pointers.set(event.pointerId, event);
  }
}

for (const frame of document.querySelectorAll("[data-map]")) new LiveMap(frame);
