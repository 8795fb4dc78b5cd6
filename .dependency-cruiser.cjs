/** The house plan: a room imports from lower floors only, and only the platform touches the world. */
const floors = [
  ['platform'],
  ['protocol'],
  ['storage', 'machine', 'call', 'client'],
  ['metadata'],
  ['partition'],
  ['coordinator', 'security', 'policy'],
  ['cluster'],
  ['broker'],
  ['edge'],
  ['node'],
  ['embedded'],
  ['cli'],
]

/** Floors inside of a room that has folders; what stands beside the folders uses them all, and those not named here are free. */
const innerFloors = {
  embedded: [['contract'], ['door', 'faults', 'snapshots'], ['control'], ['cluster']],
  metadata: [['image', 'store']],
}
const innerRules = Object.entries(innerFloors).flatMap(([room, inner]) =>
  inner.flatMap((folders, height) =>
    folders.map(folder => ({
      name: `${room}-${folder}-looks-down-only`,
      severity: 'error',
      from: { path: `^src/${room}/${folder}/` },
      to: { path: `^src/${room}/`, pathNot: `^src/${room}/(${[...inner.slice(0, height).flat(), folder].join('|')})/` },
    })),
  ),
)

module.exports = {
  forbidden: [
    ...floors.flatMap((floor, height) =>
      floor.map(room => ({
        name: `${room}-looks-down-only`,
        severity: 'error',
        from: { path: `^src/${room}/` },
        to: { path: '^src/', pathNot: `^src/(${[...floors.slice(0, height).flat(), room].join('|')})/` },
      })),
    ),
    ...innerRules,
    {
      name: 'only-platform-touches-the-world',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/' },
      to: {
        path: '^(node:)?(fs|net|tls|dgram|https?|http2|timers|child_process|worker_threads|os|process|perf_hooks|dns|cluster)(/|$)',
      },
    },
    {
      // Types too: what names each other is one idea in two rooms.
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
}
