import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module'

/** Orders three times, and prints the last answer. */
async function bootstrap() {
  const app = await NestFactory.create(AppModule, { logger: ['error'] })
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  for (let n = 0; n < 2; n++) await fetch(url)
  console.log(await (await fetch(url)).text())
  await app.close()
}
void bootstrap()
