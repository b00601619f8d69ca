import type { Body, Optional, Query, RequestOptions, Schema } from "../types.js";
import { Resource, type Called } from "./resource.js";

/** The human's side of enrolment: what asks to be let in. */
export class EnrollmentsResource extends Resource {
  /** Requests addressed to the caller, and those that the caller decided. */
  list(filter: Optional<Query<"listEnrollments">> = {}, options?: RequestOptions): Called<"listEnrollments"> {
    return this.transport.call("listEnrollments", { query: filter }, options);
  }

  /** The request that a link stands for; the token is the last part of the link. */
  lookup(token: string, options?: RequestOptions): Called<"lookupEnrollment"> {
    return this.transport.call("lookupEnrollment", { body: { token } }, options);
  }

  approve(
    enrollmentId: string,
    approval: Optional<Body<"approveEnrollment">> = {},
    options?: RequestOptions,
  ): Called<"approveEnrollment"> {
    const path = { enrollment_id: enrollmentId };
    return this.transport.call("approveEnrollment", { path, body: approval }, options);
  }

  deny(
    enrollmentId: string,
    denial: Optional<Body<"denyEnrollment">> = {},
    options?: RequestOptions,
  ): Called<"denyEnrollment"> {
    return this.transport.call("denyEnrollment", { path: { enrollment_id: enrollmentId }, body: denial }, options);
  }

  /** What became of a request that came with a key. Its API key is in the first approved answer alone. */
  status(pairingId: string, pollToken: string, options?: RequestOptions): Called<"enrollmentStatus"> {
    const request = { path: { pairing_id: pairingId }, query: { poll: pollToken } };
    return this.transport.anonymously("enrollmentStatus", request, options);
  }
}

export type Enrollment = Schema<"EnrollmentResponse">;
