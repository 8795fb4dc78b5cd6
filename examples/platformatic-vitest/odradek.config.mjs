import { defineConfig } from 'odradek'

export default defineConfig({ topics: [{ name: 'events', partitions: 2 }] })
