/** What a tool printed, without what differs between any two brokers: ids, times, ports, paths, and the places of Java's stack. */
import type { Broker } from '../judge/broker'

export function normalised(text: string, { port, dataDir }: Pick<Broker, 'port' | 'dataDir'>): string {
  return (
    text
      .replaceAll(dataDir, '$dir')
      .replaceAll(String(port + 1), '$controller')
      .replaceAll(String(port), '$port')
      .replace(/^\s+at .*$|^\s*\.\.\. \d+ more$/gm, '')
      .replace(/\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d{3}\]?/g, '$time')
      .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d\b/g, '$minute')
      .replace(/[A-Za-z0-9+/]{86}==/g, '$hmac')
      .replace(/(?<![\w-])[A-Za-z0-9_-]{22}(?![\w-])/g, '$id')
      .replace(/"size":\d+/g, '"size":$n')
      .replace(/(Epoch|Offset|Lag|Timestamp|HighWatermark|Timeout|TimeMs|epoch)(:?\s+)\d+/gi, '$1$2$n')
      .replace(/\b1\d{12}\b/g, '$ms')
      // How long a transaction has been open.
      .replace(/(\$ms\s+)\d+(?=\s+\S+-\d+)/g, '$1$n')
      .replace(/^(\d+\s+\$id\s+)\d+[ ]*/gm, '$1$n')
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
      .join('\n')
  )
}
