import { benchHindsight } from '/work/wt/suggest/bench/hindsight.ts'; for (const r of benchHindsight()) console.log(r.what,'|',r.measured,'|',r.met);
