// SPDX-License-Identifier: ISC
// What a subscriber of tallyd knows, and the rule by which it is never wrong; no I/O: tally_view.py in JavaScript, name by name.
'use strict';
const CHANNEL = /^(\*|totals|totals:\*|(totals:state|calls):([A-Z]{2}|\*)|race:(\*|[A-Z]{2}:(\*|[^\s*]+))|heartbeat)$/;
const isPattern = c => c.endsWith('*');

class View {
    constructor(channels = ['*'], prefix = 'tally:v1') {
        const strange = channels.find(c => !CHANNEL.test(c));
        if (strange !== undefined)
            throw new Error(`tallyd has no channel ${strange}: there are totals, totals:state:GA, calls:GA, race:GA:ID, heartbeat; ` +
                'and totals:*, calls:*, race:GA:*, race:*, *');
        Object.assign(this, {channels, prefix, owner: '', shown: {}, claims: {}, epoch: 0, floor: 0, newest: 0, last: {}, races: {}});
        Object.assign(this, {told: {}, begun: false, whole: false});
    }
    wants(channel) { return this.channels.some(c => isPattern(c) ? channel.startsWith(c.slice(0, -1)) : channel === c); }
    wantsKind(kind) {
        return this.channels.some(c => (isPattern(c) && kind.startsWith(c.slice(0, -1))) || c.startsWith(kind));
    }
    reads() {
        const key = name => `${this.prefix}:snap:${name}`, commands = [['HMGET', key('meta'), 'epoch', 'seq', 'owner']];
        if (this.wants('totals')) commands.push(['GET', key('totals')]);
        for (const [kind, name] of [['totals:state:', 'states'], ['calls:', 'calls'], ['race:', 'races']]) {
            const fields = this.channels.filter(c => c.startsWith(kind)).map(c => c.slice(c.lastIndexOf(':') + 1));
            if (fields.length && kind !== 'calls:' && !fields.includes('*') && !this.wants(kind))
                commands.push(['HMGET', key(name), ...fields]);
            else if (this.wantsKind(kind)) commands.push(['HVALS', key(name)]);
        }
        return commands;
    }
    restart(why, [meta, ...values]) {
        const [epoch, seq] = meta.slice(0, 2).map(n => Number(n || 0)), owner = (meta[2] || '').split('-').pop();
        if (epoch === 0 || epoch < this.epoch || (epoch === this.epoch && owner === this.owner && seq < this.newest)) {
            this.whole = false;
            return [];
        }
        Object.assign(this, {epoch, owner, floor: seq, newest: seq, last: {}, whole: true, shown: {}, races: {}, claims: {}});
        for (const one of values.flat().filter(Boolean).map(JSON.parse)) {
            if (!Array.isArray(one)) this.show(this.channelOf(one), one);
            else for (const c of one) if (this.wants(`calls:${c.state}`)) this.claims[c.endorsement_id] = c;
        }
        const missed = Object.values(this.claims).filter(c => this.isNews(c));
        missed.sort((a, b) => (a.called_at || '') < (b.called_at || '') ? -1 : 1);
        const told = this.begun ? missed : [];
        this.begun = true;
        const event = c => ({what: c.type, channel: `calls:${c.state}`, message: {epoch, seq: c.seq, data: c}});
        return [{what: 'snapshot', channel: why, message: {epoch, seq, data: {}}}, ...told.map(event)];
    }
    channelOf({type, data}) {
        if (type === 'race') return `race:${data.state}:${data.race_id}`;
        return 'state' in data ? `totals:state:${data.state}` : 'totals';
    }
    show(channel, m) {
        if (m.type === 'race') this.races[m.data.race_id] = channel;
        if (this.wants(channel)) this.shown[channel] = m;
    }
    take(channel, m) { // [why to read the snapshot again, event]
        if (m.epoch < this.epoch) return [];
        const another = m.epoch > this.epoch || (m.owner ?? this.owner) !== this.owner;
        if (another || !this.whole) return [another ? 'epoch' : 'again'];
        if (m.type === 'heartbeat') return [this.isBehind(m.data.last) ? 'tail' : null];
        const known = this.last[channel];
        if (m.seq <= Math.max(this.floor, known || 0)) return [];
        if (known === undefined ? m.prev > this.floor : m.prev !== known) return ['gap'];
        this.last[channel] = this.newest = m.seq;
        if (m.type === 'call' || m.type === 'retraction') {
            const {totals, ...claim} = m.data;
            this.claims[claim.endorsement_id] = {...claim, type: m.type, epoch: m.epoch, seq: m.seq};
            if (!this.isNews(claim)) return [];
        } else this.show(channel, m);
        return [null, {what: m.type, channel, message: m}];
    }
    isNews(claim) {
        const was = this.told[claim.endorsement_id];
        this.told[claim.endorsement_id] = claim.id;
        return was !== claim.id;
    }
    isBehind(last) {
        const each = (of, name) => Object.entries(of).map(([k, n]) => [name(k), n]);
        const told = [['totals', last.totals], ...each(last.states, k => `totals:state:${k}`),
            ...each(last.calls, k => `calls:${k}`), ...each(last.races, k => this.races[k] || `race:?:${k}`)];
        const mayBe = c => c.startsWith('race:?:') &&
            this.channels.some(w => w.startsWith('race:') && (isPattern(w) || w.endsWith(c.slice(6))));
        return told.some(([c, n]) => n > Math.max(this.floor, this.last[c] || 0) && (this.wants(c) || mayBe(c)));
    }
}

module.exports = {View, isPattern};
