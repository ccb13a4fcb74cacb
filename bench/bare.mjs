// What a process costs that does nothing but import the packages named on its command line. Plain JavaScript, since
// Node itself grows when it has to strip types.
for (const name of process.argv.slice(2)) await import(name);
process.send?.({ kind: 'ready', atMs: performance.timeOrigin + performance.now() });
process.on('message', () => undefined);
