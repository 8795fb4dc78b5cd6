export default {
  test: {
    exclude: ['node_modules', 'worker'],
    // One broker for the whole run, beside those of files that ask for one of their own.
    globalSetup: ['odradek/vitest-setup'],
    provide: { odradek: { topics: ['events'] }, kafkaOptions: { topics: ['prices'] } },
  },
}
