// Brings the server's plots to life. They are complete without it.
import { livePlots } from "./plot.js";

livePlots();
