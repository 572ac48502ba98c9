"""The states that other services pull from the door of orders."""

from services.chassis.fields import Since
from services.chassis.http import route
from services.chassis.provided import Provided
from services.chassis.replies import Reply, state_reply
from services.chassis.routes import SERVICE
from services.orders.app import App
from services.orders.handlers import telling


class States:
    app: App = Provided()

    @route("GET", "/state/mode-taken", roles=SERVICE, summary="The mode that orders has taken")
    def mode_taken_state(self, query: Since) -> Reply:
        return state_reply(query.since, *telling.mode_taken(self.app))

    @route("GET", "/state/session-figures", roles=SERVICE, summary="What the open session has sold")
    def session_figures_state(self, query: Since) -> Reply:
        return state_reply(query.since, *telling.session_figures(self.app))

    @route("GET", "/state/unsettled", roles=SERVICE, summary="What is sold and not at head office")
    def unsettled_state(self, query: Since) -> Reply:
        return state_reply(query.since, *telling.unsettled(self.app, query.since))

    @route("GET", "/state/tills", roles=SERVICE, summary="Tills, for sign-in")
    def tills_state(self, query: Since) -> Reply:
        return state_reply(query.since, *telling.tills(self.app))
