#!/usr/bin/env node
// SPDX-License-Identifier: ISC
// A client of tallyd for node-redis 4; the rule is in tally_view.js. The URL may be any node of a Cluster: the client goes where
// that sends it, and comes back to it when it is lost.
//
//     for await (const event of new Client('redis://localhost', ['totals', 'calls:*']).events()) ...
//
// As a program it prints totals and calls as they change: tally_client.js [--url URL] [--prefix P] [--trace] [CHANNEL...]
'use strict';
const redis = require('redis');
const {read, tell} = require('./tally_program.js');
const {View, isPattern} = require('./tally_view.js');

const SILENCE = 15000, PATIENCE = 5000, PAUSE_MOST = 1000;
const LATE = 2000; // so often Redis is asked whether it is there; it is left when it says nothing for twice as long

function moved(url, [, host, port]) { // the address of the Cluster's node that has our keys, as another node names it
    const at = new URL(url);
    if (host) at.hostname = host.includes(':') ? `[${host}]` : host;
    at.port = port;
    return at.href;
}

function opened(text) { // a message of tallyd; null: somebody else's
    try {
        const m = JSON.parse(text);
        return m.epoch > 0 && m.type ? m : null;
    } catch {
        return null;
    }
}

class Client {
    constructor(url, channels, prefix) {
        Object.assign(this, {url, at: url, view: new View(channels, prefix), heard: -Infinity, stale: true, pause: 50});
        Object.assign(this, {ended: false, queue: [], wake: () => {}}); // set ended, and events() ends within a second
    }
    put(item) {
        this.queue.push(item);
        this.wake();
    }
    async items() { // what came meanwhile; nothing after half a second
        if (!this.queue.length) {
            let timer;
            await new Promise(wake => { this.wake = wake; timer = setTimeout(wake, 500); });
            clearTimeout(timer);
        }
        const items = this.queue;
        this.queue = [];
        return items;
    }
    async *events() {
        while (!this.ended) {
            this.queue = [];
            // node-redis would connect again by itself, unseen; here the snapshot is read anew
            const options = {pingInterval: LATE, socket: {connectTimeout: LATE, reconnectStrategy: () => new Error('lost')}};
            const unix = /^unix:\/\/(?:([^:@]*):([^@]*)@)?([^?]*)(?:\?db=(\d+))?$/.exec(this.at);
            if (!unix) options.url = this.at;
            else [options.username, options.password, options.socket.path, options.database] = unix.slice(1);
            const db = redis.createClient(options), listener = db.duplicate({pingInterval: 0});
            let to = null;
            const close = one => one.isOpen ? one.disconnect().catch(() => {}) : null;
            for (const one of [db, listener]) one.on('error', e => { this.put({error: e}); close(one); });
            try {
                yield* this.follow(db, listener);
            } catch (e) {
                to = /^MOVED \d+ (.*):(\d+)/.exec(e.message);
                this.at = to ? moved(this.at, to) : this.url;
                const first = this.queue.find(item => item.error)?.error || e; // node-redis says that it gave up; this is why
                if (!to) yield {what: 'lost', channel: String(first.message || first)};
            }
            for (const one of [db, listener]) await close(one);
            yield* this.watch();
            if (!this.ended) await new Promise(done => setTimeout(done, to ? 50 : this.pause * (0.5 + Math.random() / 2)));
            if (!to) this.pause = Math.min(2 * this.pause, PAUSE_MOST);
        }
    }
    async *follow(db, listener) {
        const {prefix, channels} = this.view, name = c => `${prefix}:${c}`, hear = (text, channel) => this.put({channel, text});
        const patterns = channels.filter(isPattern).map(name);
        for (const one of [db, listener]) await this.inTime(one.connect(), LATE);
        await this.inTime(listener.subscribe([...new Set([...channels.filter(c => !isPattern(c)), 'heartbeat'])].map(name), hear), LATE);
        if (patterns.length) await this.inTime(listener.pSubscribe(patterns, hear), LATE);
        this.queue = this.queue.filter(item => item.error); // the snapshot has what came before it
        yield* await this.resync(db, 'start');
        this.pause = 50;
        let alive = performance.now(), there = alive; // tallyd, Redis
        db.on('ping-interval', () => { there = performance.now(); });
        while (!this.ended) {
            const items = await this.items(), now = performance.now();
            if (items.length) alive = there = now;
            if (now - alive > SILENCE || now - there > 2 * LATE) // another one may have its place
                throw new Error(`silent for ${Math.round((now - alive) / 1000)} s`);
            for (const item of items) {
                if (item.error) throw item.error;
                const message = opened(item.text);
                if (!message || message.epoch < this.view.epoch) continue; // no sign of life of what is shown
                const [again, event] = this.view.take(item.channel.slice(prefix.length + 1), message);
                if (again) yield* await this.resync(db, again);
                if (message.epoch === this.view.epoch) this.heard = performance.now();
                if (event) yield event;
            }
            yield* this.watch();
        }
    }
    async resync(db, why) {
        const read = this.view.reads().reduce((multi, command) => multi.addCommand(command), db.multi());
        return this.view.restart(why, await this.inTime(read.exec()));
    }
    async inTime(promise, limit = PATIENCE) {
        let timer;
        const late = new Promise((_, no) => { timer = setTimeout(() => no(new Error('Redis does not answer')), limit); });
        promise.catch(() => {}); // when it comes too late nobody waits for it
        return Promise.race([promise, late]).finally(() => clearTimeout(timer));
    }
    *watch() {
        const stale = performance.now() - this.heard > SILENCE || !this.view.begun;
        if (stale !== this.stale) yield {what: (this.stale = stale) ? 'stale' : 'fresh', channel: ''};
    }
}

// ---- as a program ----

async function main(words) {
    const [url, prefix, trace, channels] = read(words), client = new Client(url, channels, prefix);
    for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => { client.ended = true; });
    let said = ''; // Redis is tried twice a second: what was just said is not said again
    for await (const event of client.events()) {
        const line = tell(event, client.view, trace);
        if (line && line !== said) console.log(line);
        said = line || said;
    }
    const {epoch, shown, claims} = client.view;
    const data = Object.fromEntries(Object.entries(shown).map(([channel, m]) => [channel, m.data]));
    if (trace) console.log(JSON.stringify(['view', epoch, data, claims]));
}

module.exports = {View, Client};
if (require.main === module)
    main(process.argv.slice(2)).catch(e => { console.error(e.message); process.exitCode = 64; });
