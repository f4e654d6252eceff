// A worker that plants the secrets of the request's body. Started by workerd.test.ts.
import { instrumentWebSockets } from '@closespan/browser';
import { type Plan, plantInPage } from './plant-in-page.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    const plan: Plan = await request.json();
    return Response.json(await plantInPage(instrumentWebSockets, plan));
  },
};
