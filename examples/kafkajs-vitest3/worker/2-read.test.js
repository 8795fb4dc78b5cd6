import { expect, test } from 'odradek/vitest'

test('is that of the next file as well', async ({ kafka }) => {
  await expect(kafka).toHaveRecord('orders', { key: '1', value: 'of another file' })
})
