export default {
  test: {
    exclude: ['node_modules', 'worker'],
    globalSetup: ['odradek/vitest-setup'],
    provide: { odradek: { topics: ['events'] }, kafkaOptions: { topics: ['prices'] } },
  },
}
