import { apiGatewayClose, instrumentWebSockets } from '@closespan/node';

const { recordClose, forceFlush } = instrumentWebSockets({
  serviceName: 'chat',
  otlp: { url: 'https://otlp.example.com' },
});

export async function handler(event) {
  const { connectionId } = event.requestContext;
  recordClose({ ...apiGatewayClose(event), attributes: { 'app.connection.id': connectionId } });
  await forceFlush({ timeout: 2000 });
  return { statusCode: 200 };
}
