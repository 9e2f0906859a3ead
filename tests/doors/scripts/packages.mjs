// Lets scripts of this folder import packages that are installed elsewhere, in the folder CLIENTS.
import { registerHooks } from 'node:module'

const here = new URL('.', import.meta.url).href

registerHooks({
  resolve(name, context, next) {
    const ours = context.parentURL?.startsWith(here) && !/^(\.|node:|file:)/.test(name)
    return next(name, ours ? { ...context, parentURL: process.env.CLIENTS } : context)
  },
})
