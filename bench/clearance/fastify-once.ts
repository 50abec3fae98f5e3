import fastify from 'fastify';
import { runAsChild, tell, told } from '../support/child';

export interface FastifyOrder {
  /** What every request is answered with. */
  readonly answer: string;
}

/** The yardstick of single questions: Fastify alone, which reads the same request and answers with a constant text. */
runAsChild(async ({ answer }: FastifyOrder) => {
  const server = fastify();
  server.post('/v1/clearance', (_request, reply) => reply.type('application/json; charset=utf-8').send(answer));
  tell({ url: await server.listen({ port: 0, host: '127.0.0.1' }) });
  await told();
  await server.close();
});
