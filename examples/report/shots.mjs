// Pictures and measures of the pages of nights; started by `shots`.
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(path.join(process.env.SHOTS_CACHE, "x.js"));
const { chromium } = require("playwright-core");
const { HtmlValidate } = require("html-validate");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [pictures, ...nights] = process.argv.slice(2);
fs.mkdirSync(pictures, { recursive: true });
const profile = fs.mkdtempSync(path.join(os.tmpdir(), "shots-"));
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];
const sizes = { 1280: { width: 1280, height: 800 }, 390: { width: 390, height: 844 } };
const validator = new HtmlValidate({ extends: ["html-validate:standard"], rules: {
    // One long line of style; the doctype and void elements are written as browsers read them.
    "long-title": "off", "no-inline-style": "off", "require-sri": "off", "doctype-style": "off", "void-style": "off",
    "no-trailing-whitespace": "off", "attr-quotes": "off",
} });
const faults = [];
const fault = (night, page, text) => { faults.push(`${night} ${page}: ${text}`); };

const pagesOf = (night) => {
    const inside = fs.readdirSync(path.join(night, "report")).filter((name) => name.endsWith(".html")).sort();
    return ["report.html", "one-pager.html", ...inside.map((name) => `report/${name}`)];
};
const sheets = (pdf) => (fs.readFileSync(pdf, "latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length;

const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM, headless: true, args: flags, viewport: sizes[1280], bypassCSP: true,
});
let requests = 0;
context.on("request", (request) => {
    requests += 1;
    if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) fault("", request.url(), "a request left");
});
for (const [number, night] of nights.entries()) {
    const label = `${number + 1}-${path.basename(night)}`;
    for (const name of pagesOf(night)) {
        const file = path.resolve(night, name);
        const short = name.replace("report/", "").replace(".html", "");
        const bytes = fs.statSync(file).size;
        if (bytes > 400_000) fault(label, name, `${bytes} bytes`);
        const found = await validator.validateFile(file);
        for (const result of found.results) {
            for (const message of result.messages.filter((one) => one.severity > 1).slice(0, 5)) {
                fault(label, name, `html-validate ${message.ruleId}: ${message.message} (line ${message.line})`);
            }
        }
        for (const scheme of ["light", "dark"]) {
            for (const width of Object.keys(sizes)) {
                if (scheme === "dark" && width === "390") continue;
                const page = await context.newPage();
                page.on("requestfailed", (one) => fault(label, name, `${one.url()} cannot be read`));
                await page.emulateMedia({ colorScheme: scheme });
                await page.setViewportSize(sizes[width]);
                await page.goto(pathToFileURL(file).href);
                const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
                if (wide > 1) fault(label, name, `${wide} pixels wider than ${width}`);
                if (width === "1280" && (name === "report.html" || name === "one-pager.html")) {
                    const bottom = await page.evaluate(() => document.querySelector("#front").getBoundingClientRect().bottom + window.scrollY);
                    console.log(`${label} ${name}: page one ends at ${Math.round(bottom)} of 800 (${scheme})`);
                    if (bottom > 800) fault(label, name, `page one ends at ${Math.round(bottom)}`);
                }
                await page.evaluate(axe);
                const violations = await page.evaluate(async () => (await window.axe.run(document)).violations
                    .filter((one) => one.impact === "serious" || one.impact === "critical")
                    .map((one) => `${one.id}: ${one.nodes.length} × ${one.help}, such as ${one.nodes[0].target} ${one.nodes[0].failureSummary.slice(0, 160).replaceAll("\n", " ")}`));
                for (const violation of violations) fault(label, name, `axe (${scheme}, ${width}) ${violation}`);
                const kind = scheme === "dark" ? "dark" : width;
                await page.screenshot({ path: path.join(pictures, `${label}-${short}-${kind}.png`), fullPage: true });
                await page.close();
            }
        }
        const page = await context.newPage();
        await page.goto(pathToFileURL(file).href);
        const pdf = path.join(pictures, `${label}-${short}.pdf`);
        await page.pdf({ path: pdf, format: "A4", printBackground: true, preferCSSPageSize: true });
        await page.close();
        const most = { "one-pager.html": 1, "report.html": 12 }[name] ?? Infinity;
        console.log(`${label} ${name}: ${bytes} bytes, ${sheets(pdf)} sheets`);
        if (sheets(pdf) > most) fault(label, name, `${sheets(pdf)} sheets`);
    }
}
await context.close();
fs.rmSync(profile, { recursive: true, force: true });
console.log(`${requests} requests, all of them to files of the nights unless said otherwise`);
for (const text of faults) console.log(`FAULT ${text}`);
console.log(faults.length === 0 ? "no faults" : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
