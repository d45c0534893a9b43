// SPDX-License-Identifier: ISC
// A browser on standard input: a JSON command a line, a JSON answer a line. browser.py speaks to it.
import {createRequire} from "node:module";
import {createInterface} from "node:readline";

const require = createRequire(process.argv[2] + "/");
const {chromium} = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
});
let page, errors = [], fetched = 0;

const commands = {
    // What fits `block` cannot be reached. With `clock` (milliseconds it is ahead of the real one) the page's time goes by itself and by `forward`.
    async open({url, width = 1280, height = 900, dark = false, script = true, clock = null, block = null}) {
        if (page) await page.context().close();
        const context = await browser.newContext({viewport: {width, height}, colorScheme: dark ? "dark" : "light",
            javaScriptEnabled: script, bypassCSP: false});
        page = await context.newPage();
        if (block) await page.route(block, (route) => route.abort());
        if (clock !== null) await page.clock.install({time: Date.now() + clock});
        errors = [];
        fetched = 0;
        page.on("requestfinished", (request) => { fetched += request.resourceType() === "fetch"; });
        page.on("pageerror", (e) => errors.push(String(e)));
        page.on("dialog", (d) => { errors.push(`dialog ${d.message()}`); d.dismiss(); });
        const answer = await page.goto(url, {waitUntil: "load"});
        return answer.status();
    },
    // One more window of the same browser: it is the page from then on, and `turn` goes back to one, the first is 0.
    async also({url}) {
        page = await page.context().newPage();
        await page.goto(url, {waitUntil: "load"});
    },
    async turn({n}) { page = page.context().pages()[n]; },
    async close() { await page.close(); },
    // True in the page within the limit: how long that took, in milliseconds.
    async until({js, limit}) {
        const from = Date.now();
        while (!await page.evaluate(js)) { // not waitForFunction: the page's policy forbids what that does
            if (Date.now() - from > limit) throw new Error(`not within ${limit} ms: ${js}; the page says ${await page.innerText("body")}`);
            await new Promise((r) => setTimeout(r, 20));
        }
        return Date.now() - from;
    },
    // The board asks once as soon as it listens: what happens from then on it hears.
    async live({limit}) {
        const from = Date.now();
        while (!fetched || await page.evaluate("document.getElementById('link').textContent")) {
            if (Date.now() - from > limit) throw new Error(`not live within ${limit} ms; the page says ${await page.innerText("body")}`);
            await new Promise((r) => setTimeout(r, 20));
        }
    },
    // From then on the page's time goes by `forward` alone.
    async pause() {
        const soon = async () => page.clock.pauseAt(await page.evaluate("Date.now()") + 100);
        await soon().catch(soon); // too late: it stands already, and is set once more
    },
    async set({ms}) { await page.clock.setSystemTime(Date.now() + ms); },
    async forward({ms}) { await page.clock.fastForward(ms); },
    async run({js}) { return page.evaluate(js); },
    async print() { await page.emulateMedia({media: "print"}); },
    async press({key}) { await page.keyboard.press(key); },
    async shot({path, full = true}) { await page.screenshot({path, fullPage: full}); },
    // The page's policy lets nobody add a script: axe comes as the debugger's own.
    async axe() {
        const {readFileSync} = await import("node:fs");
        const session = await page.context().newCDPSession(page);
        await session.send("Runtime.evaluate", {expression: readFileSync(axe, "utf8")});
        const found = await session.send("Runtime.evaluate", {awaitPromise: true, returnByValue: true, expression:
            `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
             r.violations.map(v => v.id + ": " + v.help + " -- " + v.nodes.slice(0, 3).map(n => n.html).join(" | ")))`});
        await session.detach();
        return found.result.value;
    },
    async errors() { return errors; },
};

for await (const line of createInterface({input: process.stdin})) {
    const command = JSON.parse(line);
    let answer;
    try {
        answer = {value: await commands[command.do](command) ?? null};
    } catch (e) {
        answer = {error: String(e)};
    }
    console.log(JSON.stringify(answer));
}
await browser.close();
