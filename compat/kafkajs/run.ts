/** kafkajs 2.2.4, unchanged, through the common scenarios. */
import { argument, runScenes } from '../runner'
import { adminScenes } from './admin'
import { installCodecs } from './codecs'
import { groupScenes, member } from './groups'
import { recordScenes } from './records'
import { transactionScenes } from './transactions'

installCodecs()
if (argument('member') !== undefined) void member()
else void runScenes('kafkajs', { ...recordScenes, ...groupScenes, ...adminScenes, ...transactionScenes })
