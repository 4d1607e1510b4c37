"""Calls to one Acumatica site: lists, single records, inquiries. It knows paths and shapes, no field.

Waiting is normal here: past half of its allowance per minute the site delays every answer (facts/ACUMATICA.md
section 1.3), hence 120 seconds of patience and small numbers of parallel sessions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connector.clock import Clock
from connector.errors import Outcome, Retry
from connector.systems.acumatica import endpoints, versions
from connector.systems.acumatica.auth import sign_in
from connector.systems.acumatica.errors import LoginLimit, NoEndpoint
from connector.systems.acumatica.filters import query
from connector.systems.acumatica.sessions import Pool, Session
from connector.systems.acumatica.values import Entity, wrap
from connector.systems.base import Gate
from connector.systems.http import Answer, Http


class Client:
    """One site with one user. Safe for several threads."""

    def __init__(
        self, values: Mapping[str, Any], gate: Gate, clock: Clock, preferences: Mapping[str, Any] | None = None
    ) -> None:
        """`preferences`: the sections "endpoint" (name, version) and "endpoints" (paths that were edited)."""
        chosen = (preferences or {}).get("endpoint") or {}
        edited = ((preferences or {}).get("endpoints") or {}).get("erp") or {}
        self.base = str(values["url"]).rstrip("/")
        self.tenant = str(values.get("tenant") or "")
        self.endpoint = str(chosen.get("name") or "").strip() or versions.ENDPOINT
        self.wanted = str(chosen.get("version") or values.get("endpoint_version") or "").strip()
        self.paths = endpoints.Paths(edited)
        self.gate, self.clock = gate, clock
        way = sign_in(values, clock)
        size = int(values.get("parallel") or 1)
        self.pool = Pool(
            lambda: Session(self.base, way, gate, clock), min(size, way.seats) if way.seats else size, clock
        )
        self._version = ""

    # --- anything

    def call(self, method: str, path: str, **more: Any) -> Answer:
        """One call on a free session; at a login limit the sessions that we have are shared instead."""
        while True:
            with self.pool.use() as session:
                try:
                    return session.call(method, path, **more)
                except LoginLimit:
                    if not self.pool.shrink(session):
                        raise

    # --- the endpoint

    def site(self) -> versions.Site:
        """What the site offers. Raises Retry when the answer is something else."""
        found = versions.read(self.call("GET", "/entity").data)
        if found is None:
            raise strange("the list of endpoints")
        return found

    def version(self) -> str:
        """The endpoint version in use; asked for once, then remembered."""
        if not self._version:
            self._version = self.wanted or versions.choose(self.site(), endpoint=self.endpoint)
        return self._version

    def entity(self, method: str, path: str, **more: Any) -> Answer:
        """A call inside the endpoint. When it is gone (an upgrade), the endpoint is chosen anew, once."""
        version = self.version()
        try:
            return self.call(method, self.path(version, path), **more)
        except NoEndpoint:
            if self.wanted:
                raise
            self._version = ""
            if self.version() == version:
                raise
            return self.call(method, self.path(self.version(), path), **more)

    def path(self, version: str, path: str) -> str:
        return self.paths.resolve(path, self.endpoint, version)

    # --- shapes

    def list(self, entity: str, options: Mapping[str, object]) -> list[Entity]:
        """GET of a list, which comes as a bare array."""
        answer = self.entity("GET", entity + query(options))
        if not isinstance(answer.data, list):
            raise strange(f"the list of {entity}")
        return [row for row in answer.data if isinstance(row, Mapping)]

    def one(self, entity: str, id: str, options: Mapping[str, object]) -> Entity:
        """GET of one record by its id. Raises Gone when there is none."""
        answer = self.entity("GET", f"{entity}/{quote(id, safe='')}{query(options)}")
        if not isinstance(answer.data, Mapping):
            raise strange(f"the record of {entity}")
        return answer.data

    def inquire(self, inquiry: str, parameters: Mapping[str, Any], expand: str) -> Entity:
        """An inquiry form: its parameters are PUT, its rows are expanded. Nothing is written by it."""
        path = inquiry + query({"$expand": expand})
        answer = self.entity("PUT", path, body=wrap(parameters), safe=True)
        if not isinstance(answer.data, Mapping):
            raise strange(f"the answer of {inquiry}")
        return answer.data

    def put(
        self, entity: str, body: Mapping[str, Any], options: Mapping[str, object] | None = None, *, new: bool = False
    ) -> Entity:
        """Insert or update one record (facts/ACUMATICA.md, 2.4); the record as it is afterwards.

        `new`: insert only. Raises Taken when a record of that key is there, Retry, Refused or Fail.
        """
        only = {"If-None-Match": "*"} if new else {}
        answer = self.entity("PUT", entity + query(options or {}), body=dict(body), headers=only)
        if not isinstance(answer.data, Mapping):
            raise strange(f"the saved record of {entity}")
        return answer.data

    def remove(self, entity: str, *keys: str) -> None:
        """Delete one record by its keys or its id. Raises Gone when there is none."""
        self.entity("DELETE", "/".join([entity, *(quote(key, safe="") for key in keys)]))

    def act(self, entity: str, action: str, keys: Mapping[str, Any]) -> None:
        """Start an action on one record; a long run (202) is left to the site (facts 2.6)."""
        self.entity("POST", f"{entity}/{action}", body={"entity": wrap(keys)})

    def dac(self, table: str, options: Mapping[str, object]) -> Sequence[Entity]:
        """Rows of one table over OData (facts section 4): plain values, codes padded. Raises NoEndpoint, Refused."""
        tenant = f"/t/{quote(self.tenant, safe='')}" if self.tenant else ""
        data = self.call("GET", f"{tenant}/api/odata/dac/{table}{query(options)}").data
        found = data.get("value") if isinstance(data, Mapping) else None
        if not isinstance(found, list):
            raise strange(f"rows of {table}")
        return [row for row in found if isinstance(row, Mapping)]

    def locale(self) -> str:
        """The locale that the site gave this user at the sign-in, "" where it gave none (a token has none)."""
        with self.pool.use() as session:
            return str(session.http.session.cookies.get("Locale") or "")

    def outside(self, address: str, *, most: int) -> bytes:
        """A file of another host, fetched without our session. Raises Retry or Fail."""
        http = Http("", gate=self.gate, clock=self.clock, name="the host of the file")
        try:
            return http.call("GET", address, headers={"Accept": "*/*"}, most=most).content
        finally:
            http.close()

    def close(self) -> None:
        self.pool.close()


def strange(what: str) -> Outcome:
    """A 200 with something else than the API answers: a maintenance page, a proxy, another site."""
    return Retry(
        f"Acumatica answered with something that is not {what}.",
        code="acumatica.strange",
        help="The site may be restarting or in maintenance; if this stays, check the address.",
    )
