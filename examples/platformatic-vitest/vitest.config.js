export default {
  test: {
    // One broker for the whole run, beside those of files that call useKafka.
    globalSetup: ['odradek/vitest-setup'],
    provide: { odradek: { topics: ['events'] } },
  },
}
