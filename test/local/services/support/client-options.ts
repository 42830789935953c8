/** What every SDK client of these tests is made with; retries are off so that a refused request is seen at once. */
export function clientOptions(endpoint: string) {
  return {
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
}
