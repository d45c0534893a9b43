// SPDX-License-Identifier: ISC
// The words of tally_client.js as a program: what it is told, and what it prints.
'use strict';

function read(words) { // [url, prefix, trace, channels]
    const options = {'--url': 'redis://localhost:6379/0', '--prefix': 'tally:v1'};
    let trace = false;
    while (words.length && words[0].startsWith('--')) {
        const word = words.shift();
        if (word === '--trace') trace = true;
        else if (!(word in options)) throw new Error(`${word} is none of ${Object.keys(options).join(', ')}, --trace`);
        else if (!words.length) throw new Error(`${word} wants a value`);
        else options[word] = words.shift();
    }
    const url = options['--url'];
    if (!/^(rediss?|unix):\/\//.test(url)) throw new Error(`--url: ${url} is no redis://, rediss:// or unix://`);
    return [url, options['--prefix'], trace, words.length ? words : ['totals', 'calls:*']];
}

function tell({what, channel, message: m}, view, trace) {
    if (what === 'snapshot' && !trace)
        return Object.keys(view.shown).filter(c => view.shown[c].type === 'totals').sort()
            .map(c => tell({what: 'totals', channel: c, message: view.shown[c]}, view, trace)).join('\n');
    if (trace) return JSON.stringify([Date.now() / 1000, what, channel, ...(m ? [m.epoch, m.seq, m.prev, m.data.id || null] : [])]);
    const d = m && m.data;
    if (what === 'call' || what === 'retraction')
        return `${what.toUpperCase()} ${d.candidate}, ${d.race_id}: ${d.outcome} by ${d.by}`;
    if (what === 'totals')
        return `${d.state || 'totals'}: ${d.won} won of ${d.called} called, ${d.flips} flip${d.flips === 1 ? '' : 's'}, ` +
            `${d.advanced ? `${d.advanced} advanced, ` : ''}${d.pending - d.void} to go`;
    if (what === 'race') return `${channel}: ${d.choices.map(c => `${c.name} ${c.votes}`).join(', ')}`;
    return `(${what}${channel && ' '}${channel})`;
}

module.exports = {read, tell};
