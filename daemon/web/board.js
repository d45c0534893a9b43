// SPDX-License-Identifier: ISC
// Keeps the page as the server would render it now: that there are news comes as an event, without them, and
// whatever carries data-live is taken from the page as it is by then. Without events it asks every ten seconds; so it does on a static copy,
// whose age it tells.
(() => {
    "use strict";
    const SOON = 150, PACE = 3000, QUIET = 8000, SILENT = 15000, ASK = 10000, OLD = 120000, AGED = 60;
    const link = document.getElementById("link"), said = document.getElementById("said"), copy = document.getElementById("copy");
    const now = () => performance.now(); // no clock that somebody sets
    let waits = 0, due = 0, last = -ASK, etag = null, heard = now(), lost = 0, ahead = 0, asked = 0, answered = 0, failed = false, newest = callAtTop();

    function callAtTop() {
        const first = document.querySelector("[data-say]");
        return first ? first.dataset.call : "";
    }

    function show(text) {
        link.hidden = !text;
        if (link.textContent !== text) link.textContent = text;
    }

    function isLost(since) {
        if (!lost) lost = since;
        const seconds = Math.round((now() - lost) / 1000);
        show(`Connection lost${seconds > 1 ? ` ${seconds} s ago` : ""}: figures may be out of date.`);
    }

    // What is heard is no document: a question that failed is made good by one that is answered.
    function isThere() {
        heard = now();
        if (failed) return askSoon(false);
        lost = 0;
        show(age());
    }

    const copied = () => document.getElementById("copied");

    // In words, when a copy is old by this clock or by the one of whoever serves it.
    function age() {
        if (!copied()) return "";
        const minutes = Math.floor((Date.now() + ahead - Date.parse(copied().dataset.made)) / 60000);
        const [n, unit] = minutes < 120 ? [minutes, "minute"] : minutes < 2880 ? [Math.floor(minutes / 60), "hour"] :
            [Math.floor(minutes / 1440), "day"];
        return minutes * 60000 < OLD ? "" : `This copy was made ${n} ${unit}${n === 1 ? "" : "s"} ago: figures may be out of date.`;
    }

    function compareClocks(headers) {
        const there = Date.parse(headers.get("Date")) + 1000 * (headers.get("Age") || 0);
        ahead = Math.max(0, (there || 0) - Date.now());
    }

    function take(text) {
        const fresh = new DOMParser().parseFromString(text, "text/html"), parts = fresh.querySelectorAll("[data-live]");
        if (!parts.length) throw new Error("no board"); // of somebody between us: a portal, a login
        for (const part of parts) {
            const here = document.getElementById(part.id);
            if (!here) location.reload();
            else if (here.outerHTML !== part.outerHTML) {
                const at = here.contains(document.activeElement) ? document.activeElement.id : "";
                here.replaceWith(document.adoptNode(part));
                if (at && document.getElementById(at)) document.getElementById(at).focus();
            }
        }
        document.title = fresh.title;
        const first = document.querySelector("[data-say]");
        if (first && first.dataset.call !== newest) said.textContent = first.dataset.say;
        newest = callAtTop();
    }

    async function ask() {
        const mine = ++asked;
        last = now();
        due = 0;
        try {
            const answer = await fetch(location.href, {cache: copied() || !etag ? "no-cache" : "no-store", signal: AbortSignal.timeout(2 * ASK),
                headers: etag ? {"If-None-Match": etag} : {}});
            const text = answer.status === 304 ? "" : await answer.text();
            if (mine < answered) return; // a later question was answered before: this is older
            answered = mine;
            compareClocks(answer.headers);
            if (!copied() && answer.headers.get("Age") > AGED) throw new Error("old"); // of a cache whose server is gone
            if (answer.status !== 304) {
                if (!answer.ok) throw new Error(answer.status);
                take(text);
                etag = answer.headers.get("ETag");
            }
            failed = false;
            isThere();
        } catch {
            if (mine < answered) return;
            failed = true;
            isLost(now());
        }
    }

    // Calls at once; other news at a pace.
    function askSoon(urgent) {
        const at = urgent ? now() + SOON * Math.random() : Math.max(now() + SOON, last + PACE);
        if (due && due <= at) return;
        clearTimeout(waits);
        due = at;
        waits = setTimeout(ask, at - now());
    }

    // A browser has six connections to a host for all its windows: the oldest of those that are looked at listens, and tells
    // the others what it hears. Who is not looked at asks now and then.
    const windows = window.BroadcastChannel && !copied() ? new BroadcastChannel("tallyd board") : null;
    const me = performance.timeOrigin + Math.random();
    let stream = null, mine = 0, told = -QUIET; // when it said something, and when another window did

    function tell(types) { // null: nothing more comes from here
        if (windows) windows.postMessage({from: me, types});
    }

    function hear(types) {
        isThere();
        if (types.length) askSoon(types.includes("call") || types.includes("retraction"));
    }

    function isHeard(types) {
        mine = now();
        hear(types);
        tell(types);
    }

    function leave() {
        if (stream) stream.close();
        stream = null;
    }

    function end() {
        if (!stream) return;
        leave();
        tell(null);
    }

    function listen() {
        if (document.hidden) return end();
        leave();
        if (now() - told < QUIET) return;
        const events = stream = new EventSource("/v1/events?types=news");
        events.onopen = () => { isHeard([]); askSoon(true); };
        events.onerror = () => { // whether all of it is lost, or somebody between us lets no events through
            askSoon(true);
            if (events.readyState === EventSource.CLOSED) setTimeout(listen, 3000 + 3000 * Math.random());
        };
        events.addEventListener("news", (event) => isHeard(JSON.parse(event.data).types));
        events.addEventListener("heartbeat", () => isHeard([]));
    }

    function isTold({data: {from, types}}) {
        if (document.hidden) return;
        told = types ? now() : -QUIET;
        if (types) hear(types);
        if (stream && types && (from < me || now() - mine > QUIET)) leave();
        else if (stream && types) tell([]); // it is for the younger one to leave
        else if (!stream && !types) listen();
    }

    if (copied()) askSoon(true);
    else if (window.EventSource) {
        listen();
        document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden) askSoon(true); });
        window.addEventListener("pagehide", end);
        if (windows) windows.onmessage = isTold;
        setInterval(() => { if (!stream) listen(); }, 1000);
    }
    setInterval(() => {
        if (now() - heard < SILENT) return lost ? isLost(lost) : show(age());
        isLost(heard);
        if (now() - last > ASK) ask();
    }, 1000);
    setInterval(() => { if (!document.hidden) askSoon(false); }, ASK); // the age of sources

    if (copy && navigator.clipboard) {
        copy.hidden = false;
        copy.addEventListener("click", async () => {
            await navigator.clipboard.writeText(document.querySelector(".sentence").textContent.trim());
            said.textContent = copy.textContent = "Copied";
            setTimeout(() => { copy.textContent = "Copy the sentence"; }, 2000);
        });
    }
    for (const choice of document.querySelectorAll("form select")) choice.addEventListener("change", () => choice.form.requestSubmit());
})();
