// Brings the server's plots and maps to life. They are complete without it.
import { livePlots } from "./plot.js";
import { liveMaps } from "./map.js";

livePlots();
liveMaps();
