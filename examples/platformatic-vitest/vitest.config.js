export default {
  test: {
    exclude: ['node_modules', 'worker'],
    // One broker for the whole run, of which odradek.config.mjs has the options, beside those of files that ask for one of their own.
    globalSetup: ['odradek/vitest-setup'],
    provide: { kafkaOptions: { topics: ['prices'] } },
  },
}
