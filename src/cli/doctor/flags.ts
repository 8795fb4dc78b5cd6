/** What `odradek doctor` takes besides addresses. */
export const doctorFlags = {
  write: 'also write a record to a topic of its own and read it; the topic is deleted again',
  json: 'print the findings as one line of JSON',
} as const
