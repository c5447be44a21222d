import { randomBytes } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import {
  CODE_LIFE,
  CODE_TRIES,
  isProof,
  newPairingCode,
  pairingPassword,
  pairingProof,
  pairingSecret,
  type PairingAnswer,
  type PairingRefusal,
  type PairingRequest,
} from './pairing.ts';

/** A gateway that was taken in: what it is told, and its password at the server's own broker. */
export interface Welcome {
  answer: PairingAnswer;
  password: string;
}

interface Invitation {
  secret: Promise<Buffer>;
  until: number;
  tries: number;
}

/** The server's side of taking in a new gateway: it has to know the code that an administrator was given here. */
export class PairingDesk {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** The server's public key, as the gateways will know it. */
  readonly #key: string;
  readonly #invitations = new Map<string, Invitation>();

  constructor(clock: Pick<Clock, 'monotonic'>, key: string) {
    this.#clock = clock;
    this.#key = key;
  }

  /** A new code for a gateway; an older one for the same gateway is void. Shown once, kept nowhere in the clear. */
  invite(site: string, gateway: string, code = newPairingCode()): string {
    this.#invitations.set(nameOf({ site, gateway }), {
      secret: pairingSecret(code, { site, gateway }),
      until: this.#clock.monotonic() + CODE_LIFE,
      tries: 0,
    });
    return code;
  }

  /** Takes a gateway in, once: the code is used up. The key of the gateway counts only when this has an answer. */
  async take(request: PairingRequest): Promise<Welcome | PairingRefusal> {
    const name = nameOf(request);
    const invitation = this.#invitations.get(name);
    if (invitation === undefined) return { refusal: 'notExpected' };
    if (this.#clock.monotonic() >= invitation.until) {
      this.#invitations.delete(name);
      return { refusal: 'expired' };
    }
    invitation.tries += 1;
    if (invitation.tries > CODE_TRIES) return { refusal: 'tooManyTries' };
    const secret = await invitation.secret;
    if (!isProof(request.proof, pairingProof(secret, request))) return { refusal: 'wrongCode' };
    // Another request may have used it up meanwhile.
    if (this.#invitations.get(name) !== invitation) return { refusal: 'notExpected' };
    this.#invitations.delete(name);
    const { site, gateway } = request;
    const said = { site, gateway, key: this.#key, nonce: randomBytes(16).toString('base64url') };
    const answer = { ...said, proof: pairingProof(secret, said, request) };
    return { answer, password: pairingPassword(secret, request, answer) };
  }

  /** Whether somebody is still to be taken in under this name. */
  expects(gateway: { site: string; gateway: string }): boolean {
    const invitation = this.#invitations.get(nameOf(gateway));
    return invitation !== undefined && this.#clock.monotonic() < invitation.until;
  }
}

function nameOf({ site, gateway }: { site: string; gateway: string }): string {
  return JSON.stringify([site, gateway]);
}
