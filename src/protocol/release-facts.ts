/**
 * What ApiVersions of each release of Apache Kafka says, recorded by scripts/record-releases.ts from real brokers with one
 * listener; those up to 3.2 kept their metadata in ZooKeeper. `changes` are to the release before: an API's key and the
 * versions of it, none where it is gone. A feature has the levels that are supported, and the one of a new cluster.
 */
export interface RecordedRelease {
  readonly patch: string
  readonly changes: string
  readonly features: string
  readonly tellsEpoch: boolean
}

export const recordedReleases: readonly RecordedRelease[] = [
  {
    patch: '2.0.1',
    changes:
      '0:0-6 1:0-8 2:0-3 3:0-6 4:0-1 5:0-0 6:0-4 7:0-1 8:0-4 9:0-4 10:0-2 11:0-3 12:0-2 13:0-2 14:0-2 15:0-2 16:0-2 17:0-1 18:0-2 19:0-3 20:0-2 21:0-1 22:0-1 23:0-1 24:0-1 25:0-1 26:0-1 27:0-0 28:0-1 29:0-1 30:0-1 31:0-1 32:0-2 33:0-1 34:0-1 35:0-1 36:0-0 37:0-1 38:0-1 39:0-1 40:0-1 41:0-1 42:0-1',
    features: '',
    tellsEpoch: false,
  },
  {
    patch: '2.1.1',
    changes: '0:0-7 1:0-10 2:0-4 3:0-7 8:0-6 9:0-5 20:0-3 23:0-2 28:0-2',
    features: '',
    tellsEpoch: false,
  },
  { patch: '2.2.2', changes: '2:0-5 4:0-2 5:0-1 6:0-5 7:0-2 11:0-4 36:0-1 43:0-0', features: '', tellsEpoch: false },
  {
    patch: '2.3.1',
    changes: '1:0-11 3:0-8 8:0-7 11:0-5 12:0-3 14:0-3 15:0-3 23:0-3 44:0-0',
    features: '',
    tellsEpoch: false,
  },
  {
    patch: '2.4.1',
    changes:
      '0:0-8 3:0-9 4:0-4 5:0-2 6:0-6 7:0-3 8:0-8 9:0-6 10:0-3 11:0-6 12:0-4 13:0-4 14:0-4 15:0-5 16:0-3 18:0-3 19:0-5 20:0-4 22:0-2 38:0-2 42:0-2 43:0-2 44:0-1 45:0-0 46:0-0 47:0-0',
    features: '',
    tellsEpoch: false,
  },
  {
    patch: '2.5.1',
    changes: '9:0-7 11:0-7 14:0-5 22:0-3 28:0-3 29:0-2 30:0-2 31:0-2 36:0-2 37:0-2 39:0-2 40:0-2 41:0-2',
    features: '',
    tellsEpoch: false,
  },
  { patch: '2.6.3', changes: '5:0-3 16:0-4 21:0-2 32:0-3 35:0-2 48:0-0 49:0-0', features: '', tellsEpoch: false },
  {
    patch: '2.7.2',
    changes: '1:0-12 19:0-6 20:0-5 22:0-4 24:0-2 25:0-2 26:0-2 37:0-3 50:0-0 51:0-0 56:0-0 57:0-0',
    features: '',
    tellsEpoch: true,
  },
  {
    patch: '2.8.2',
    changes:
      '0:0-9 2:0-6 3:0-11 4:0-5 6:0-7 19:0-7 20:0-6 23:0-4 24:0-3 25:0-3 26:0-3 27:0-1 32:0-4 33:0-2 34:0-2 48:0-1 49:0-1 60:0-0 61:0-0',
    features: '',
    tellsEpoch: true,
  },
  { patch: '3.0.2', changes: '2:0-7 9:0-8 10:0-4 65:0-0 66:0-0 67:0-0', features: '', tellsEpoch: true },
  { patch: '3.1.2', changes: '1:0-13 3:0-12', features: '', tellsEpoch: true },
  { patch: '3.2.3', changes: '4:0-6 11:0-9 13:0-5 35:0-3 56:0-1', features: '', tellsEpoch: true },
  {
    patch: '3.3.2',
    changes: '4: 5: 6: 7: 29:0-3 30:0-3 31:0-3 35:0-4 38: 39: 40: 41: 50: 51: 55:0-1 56: 57:0-1 64:0-0 67:',
    features: 'metadata.version:1-7=7',
    tellsEpoch: true,
  },
  { patch: '3.4.1', changes: '', features: 'metadata.version:1-8=8', tellsEpoch: true },
  { patch: '3.5.2', changes: '1:0-15 2:0-8 50:0-0 51:0-0', features: 'metadata.version:1-11=11', tellsEpoch: true },
  {
    patch: '3.6.2',
    changes: '24:0-4 38:0-3 39:0-2 40:0-2 41:0-3',
    features: 'metadata.version:1-14=14',
    tellsEpoch: true,
  },
  {
    patch: '3.7.2',
    changes: '0:0-10 1:0-16 8:0-9 9:0-9 60:0-1 68:0-0 74:0-0',
    features: 'metadata.version:1-19=19',
    tellsEpoch: true,
  },
  {
    patch: '3.8.1',
    changes: '0:0-11 10:0-5 16:0-5 22:0-5 24:0-5 25:0-4 26:0-4 28:0-4 66:0-1 69:0-0 75:0-0',
    features: 'metadata.version:1-20=20',
    tellsEpoch: true,
  },
  {
    patch: '3.9.2',
    changes: '1:0-17 2:0-9 10:0-6 18:0-4 55:0-2 80:0-0 81:0-0',
    features: 'kraft.version:0-1=0 metadata.version:1-21=21',
    tellsEpoch: true,
  },
  {
    patch: '4.0.2',
    changes:
      '0:0-12 1:4-17 2:1-10 3:0-13 8:2-9 9:1-9 15:0-6 19:2-7 20:1-6 23:2-4 26:0-5 27:1-1 28:0-5 29:1-3 30:1-3 31:1-3 32:1-4 34:1-2 35:1-4 38:1-3 39:1-2 40:1-2 41:1-3 57:0-2 60:0-2 68:0-1 69:0-1',
    features:
      'eligible.leader.replicas.version:0-1=0 group.version:0-1=1 kraft.version:0-1=0 metadata.version:7-25=25 transaction.version:0-2=2',
    tellsEpoch: true,
  },
  {
    patch: '4.1.2',
    changes:
      '0:0-13 1:4-18 45:0-1 66:0-2 74:0-1 76:1-1 77:1-1 78:1-1 79:1-1 83:0-0 84:0-0 85:0-0 86:0-0 87:0-0 90:0-0 91:0-0 92:0-0',
    features:
      'eligible.leader.replicas.version:0-1=1 group.version:0-1=1 kraft.version:0-1=0 metadata.version:7-27=27 share.version:0-1=0 transaction.version:0-2=2',
    tellsEpoch: true,
  },
  {
    patch: '4.2.2',
    changes: '2:1-11 8:2-10 9:1-10 27:1-2 78:1-2 79:1-2 80:0-1 85:0-1 87:0-1 88:0-0 89:0-0 90:0-1',
    features:
      'eligible.leader.replicas.version:0-1=1 group.version:0-1=1 kraft.version:0-1=0 metadata.version:7-29=29 share.version:0-1=1 streams.version:0-1=1 transaction.version:0-2=2',
    tellsEpoch: true,
  },
  {
    patch: '4.3.1',
    changes: '35:1-5',
    features:
      'eligible.leader.replicas.version:0-1=1 group.version:0-1=1 kraft.version:0-1=0 metadata.version:7-30=30 share.version:0-1=1 streams.version:0-1=1 transaction.version:0-2=2',
    tellsEpoch: true,
  },
  {
    patch: '4.4.0',
    changes: '18:0-5 28:0-6 42:0-3 88:0-1 89:0-1 93:0-0 94:0-0',
    features:
      'eligible.leader.replicas.version:0-1=1 group.version:0-1=1 kraft.version:0-1=0 metadata.version:7-33=33 share.version:0-2=2 streams.version:0-1=1 transaction.version:0-2=2',
    tellsEpoch: true,
  },
]
