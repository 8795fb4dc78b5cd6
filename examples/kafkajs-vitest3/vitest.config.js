export default {
  test: {
    globalSetup: ['odradek/vitest-setup'],
    provide: { odradek: { topics: ['events'] }, kafkaOptions: { topics: ['prices'] } },
  },
}
