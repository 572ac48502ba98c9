"""The door of sessions: routes and the timers that need no broker."""

from datetime import UTC, datetime
from uuid import UUID

from werkzeug.wrappers import Request

from services.chassis.errors import TYPED_ERRORS
from services.chassis.fields import Code, Since
from services.chassis.http import route
from services.chassis.provided import Provided, every
from services.chassis.replies import Raw, Reply, state_reply
from services.chassis.routes import PUBLIC, SERVICE
from services.chassis.tokens import Principal
from services.sessions import exports, figures
from services.sessions import schemas as of
from services.sessions.app import App
from services.sessions.errors import (
    CodeRefused,
    ManagerNeeded,
    NotYourself,
    OfflineModeNotAllowed,
    OfflineModeNotReady,
    PinTooWeak,
    ReasonNeeded,
    SignInRefused,
    StaffUnknown,
    StorageRefused,
    TillNeeded,
    TillUnknown,
    TooManyTries,
)
from services.sessions.handlers import lighting, machine, people, sessions, signing_in, storage, switch
from services.sessions.store import modes
from services.sessions.store.people import is_revoked

ANYONE = ("associate",)
MANAGERS = ("manager",)
EXPORTS = "/api/sessions/exports/offline-sessions"
UNBUFFERED = {"X-Accel-Buffering": "no"}


class Door:
    name = "sessions"
    app: App = Provided()

    @route(
        "POST",
        "/api/sessions/sign-in",
        roles=PUBLIC,
        errors=(SignInRefused, TooManyTries, TillUnknown, TillNeeded),
        summary="Begin a shift with staff code and PIN",
    )
    def sign_in(self, body: of.SignIn, request: Request) -> of.SignedIn:
        till_id = str(body.till_id) if body.till_id else None
        done = signing_in.sign_in(
            self.app,
            staff_code=body.staff_code,
            pin=body.pin,
            till_id=till_id,
            till_key=body.till_key,
            address=_address(request),
        )
        shift = done.shift
        return of.SignedIn(
            token=done.token,
            staff_code=shift.staff_code,
            name=shift.name,
            role=shift.role,
            permissions=list(shift.permissions),
            till_id=shift.till_id,
            expires_at=shift.expires_at,
            idle_lock_seconds=self.app.settings.idle_lock_seconds,
        )

    @route("POST", "/api/sessions/sign-out", roles=ANYONE, summary="End the shift; says whether orders still wait")
    def sign_out(self, who: Principal) -> of.SignedOut:
        return of.SignedOut(**signing_in.sign_out(self.app, who))

    @route("GET", "/api/sessions/me", roles=ANYONE, summary="Who is signed in")
    def me(self, who: Principal) -> of.Who:
        return of.Who(
            staff_code=who.staff_code,
            name=who.name,
            role=who.role,
            permissions=list(who.permissions),
            till_id=who.till_id,
            expires_at=datetime.fromtimestamp(who.expires_at, tz=UTC),
            idle_lock_seconds=self.app.settings.idle_lock_seconds,
        )

    @route(
        "POST",
        "/api/sessions/pin",
        roles=PUBLIC,
        errors=(CodeRefused, TooManyTries, PinTooWeak),
        summary="Set a PIN with a one-time code",
    )
    def set_pin(self, body: of.SetPin, request: Request) -> None:
        people.set_pin(self.app, staff_code=body.staff_code, code=body.code, pin=body.pin, device=_address(request))

    @route(
        "POST",
        "/api/sessions/codes",
        roles=MANAGERS,
        errors=(StaffUnknown,),
        summary="Issue a one-time code with which somebody sets a PIN",
    )
    def issue_code(self, who: Principal, body: of.IssueCode) -> of.OneTimeCode:
        return of.OneTimeCode(**people.issue_code(self.app, who, body.staff_code)._asdict())

    @route("GET", "/api/sessions/staff", roles=MANAGERS, summary="Staff, with who has a PIN and who is blocked")
    def staff(self) -> of.Staff:
        return of.Staff(items=[of.StaffMember(**member) for member in people.everyone(self.app)])

    @route("GET", "/api/sessions/sales-employees", roles=ANYONE, summary="Who may be named on an order")
    def sales_employees(self) -> of.SalesEmployees:
        named = [of.SalesEmployee.model_validate(one) for one in people.at_work(self.app)]
        return of.SalesEmployees(items=named)

    @route(
        "PUT",
        "/api/sessions/staff/{staff_code}/block",
        roles=MANAGERS,
        errors=(StaffUnknown, NotYourself, *TYPED_ERRORS),
        summary="Keep a person from working here, at once",
    )
    def block(self, who: Principal, staff_code: Code, body: of.Block) -> None:
        people.block(self.app, who, staff_code, body.reason)

    @route(
        "DELETE",
        "/api/sessions/staff/{staff_code}/block",
        roles=MANAGERS,
        errors=(NotYourself,),
        summary="Let a blocked person work here again",
    )
    def unblock(self, who: Principal, staff_code: Code) -> None:
        people.unblock(self.app, who, staff_code)

    @route("GET", "/api/sessions/mode", roles=ANYONE, summary="The mode, its banner, and whether orders has it")
    def mode(self) -> of.ModeOut:
        return of.ModeOut(**switch.show(self.app))

    @route(
        "PUT",
        "/api/sessions/mode",
        roles=ANYONE,
        errors=(OfflineModeNotAllowed, OfflineModeNotReady, ManagerNeeded, ReasonNeeded, *TYPED_ERRORS),
        also=(202,),
        summary="Turn offline mode on or off by hand; 202: orders has not taken the mode yet",
    )
    def turn(self, who: Principal, body: of.Turn) -> Reply[of.ModeOut]:
        shown = switch.turn(self.app, who, on=body.on, reason=body.reason, manager_token=body.manager_token)
        return Reply(of.ModeOut(**shown), status=200 if shown["taken"] else 202)

    @route("GET", "/api/sessions/lights", roles=ANYONE, summary="Three lights: edge, internet, OMS; what to do")
    def lights(self) -> of.Lights:
        return of.Lights(items=[of.LightOut(**vars(light)) for light in lighting.show(self.app)])

    @route("GET", "/api/sessions/storage-grant", roles=ANYONE, summary="The folders that were granted")
    def grants(self) -> of.Grants:
        return of.Grants.model_validate(storage.show(self.app))

    @route(
        "PUT",
        "/api/sessions/storage-grant",
        roles=MANAGERS,
        errors=(StorageRefused, *TYPED_ERRORS),
        summary="Grant a folder of the edge server for offline data",
    )
    def grant(self, who: Principal, body: of.GrantFolder) -> of.Grants:
        return of.Grants.model_validate(storage.grant(self.app, who, body.folder))

    @route(
        "PUT",
        "/api/sessions/till-storage-grant",
        roles=ANYONE,
        errors=(TillNeeded, *TYPED_ERRORS),
        summary="Note whether this till may write to its folder",
    )
    def grant_till(self, who: Principal, body: of.GrantTill) -> of.Grants:
        shown = storage.grant_till(self.app, who, body.folder, granted=body.granted)
        return of.Grants.model_validate(shown)

    @route(
        "GET",
        "/api/sessions/offline-sessions",
        roles=ANYONE,
        summary="All offline sessions, the newest first",
    )
    def list_sessions(self, query: of.Paged) -> of.SessionPage:
        found = sessions.page(
            self.app,
            first=query.from_,
            last=query.to,
            statuses=query.statuses(),
            cursor=query.cursor,
            limit=query.limit,
        )
        return of.SessionPage.model_validate(found)

    @route("GET", "/api/sessions/offline-sessions/{session_id}", roles=ANYONE, summary="One session with its ledger")
    def session(self, session_id: UUID) -> of.SessionDetail:
        return of.SessionDetail.model_validate(sessions.one(self.app, session_id))

    @route(
        "GET",
        "/api/sessions/reports/by-hand",
        roles=MANAGERS,
        summary="Who turned offline mode on by hand, how often and why",
    )
    def by_hand(self, query: of.Days) -> of.ByHandReport:
        return of.ByHandReport.model_validate({"items": sessions.by_hand(self.app, first=query.from_, last=query.to)})

    @route(
        "GET",
        "/api/sessions/reports/codes",
        roles=MANAGERS,
        summary="Who issued one-time codes for other managers",
    )
    def codes(self, query: of.Days) -> of.CodeReport:
        found = people.codes_for_managers(self.app, first=query.from_, last=query.to)
        return of.CodeReport.model_validate({"items": found})

    @route("GET", f"{EXPORTS}.csv", roles=MANAGERS, summary="Offline sessions as CSV", media_type="text/csv")
    def export_csv(self, query: of.Filter) -> Raw:
        found = sessions.every(self.app, first=query.from_, last=query.to, statuses=query.statuses())
        return Raw(exports.as_csv(found, self.app.zone), exports.CSV, headers=_attachment("csv"))

    @route("GET", f"{EXPORTS}.xlsx", roles=MANAGERS, summary="Offline sessions as XLSX", media_type=exports.XLSX)
    def export_xlsx(self, query: of.Filter) -> Raw:
        found = sessions.every(self.app, first=query.from_, last=query.to, statuses=query.statuses())
        return Raw(exports.as_xlsx(found, self.app.zone), exports.XLSX, headers=_attachment("xlsx"))

    @route(
        "GET",
        "/api/sessions/stream",
        roles=ANYONE,
        summary="Server-sent events: what changed",
        media_type="text/event-stream",
    )
    def stream(self, who: Principal) -> Raw:
        return Raw(self.app.stream.follow(lambda: self._still_allowed(who)), "text/event-stream", headers=UNBUFFERED)

    @route("GET", "/state/mode", roles=SERVICE, summary="The mode, for other services")
    def mode_state(self, query: Since) -> Reply:
        return self._state(modes.MODE, query)

    @route("GET", "/state/revocations", roles=SERVICE, summary="Tokens that are refused, for other services")
    def revocations_state(self, query: Since) -> Reply:
        return self._state(modes.REVOCATIONS, query)

    @every(1, single="sessions.machine")
    def step(self) -> None:
        machine.step(self.app)

    @every(1)
    def pull_sync(self) -> None:
        self.app.pulls.sync.pull_all()

    @every(1)
    def pull_catalog(self) -> None:
        self.app.pulls.catalog.pull_all()

    @every(1)
    def pull_orders(self) -> None:
        self.app.pulls.orders.pull_all()

    @every(5, single="sessions.storage")
    def watch_storage(self) -> None:
        storage.watch(self.app)

    @every(5)
    def show_figures(self) -> None:
        figures.show(self.app)

    def _state(self, name: str, query: Since) -> Reply:
        with self.app.db.transaction() as tx:
            found = modes.state(tx, name)
        return state_reply(query.since, found.number, found.value) if found else Reply(None, status=204)

    def _still_allowed(self, who: Principal) -> bool:
        with self.app.db.transaction() as tx:
            return self.app.clock.now().timestamp() < who.expires_at and not is_revoked(tx, who)


def _address(request: Request) -> str:
    """Whoever asks, as the gateway saw them."""
    return request.headers.get("X-Forwarded-For") or request.remote_addr or "unknown"


def _attachment(suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="offline-sessions.{suffix}"'}
