"""Addresses of signing in, own settings and administration of access."""

from django.conf import settings
from django.urls import path

from .views import me, people, session, signin, study, welcome

urlpatterns = [
    path("signin/", signin.sign_in, name="signin"),
    path("signout/", signin.sign_out, name="signout"),
    path("session/", session.session, name="session"),
    path("session/keep/", session.keep, name="session-keep"),
    path("session/unsent/", session.carried, name="session-unsent"),
    path("session/key/", session.key, name="session-key"),
    path("welcome/password/", welcome.password, name="welcome-password"),
    path("welcome/factor/", welcome.factor, name="welcome-factor"),
    path("welcome/<int:number>/<str:token>/", welcome.link, name="welcome-link"),
    path("terms/", welcome.terms, name="terms"),
    path("me/", me.me, name="me"),
    path("me/password/", me.password, name="password"),
    path("me/recovery/", me.recovery_codes, name="recovery-codes"),
    path("me/sessions/", me.sign_out_others, name="sign-out-others"),
    path("admin/users/", people.people, name="people"),
    path("admin/users/invite/", people.invite, name="invite"),
    path("admin/users/<int:person>/", people.person, name="person"),
    path("admin/users/<int:person>/roles/", people.assign_role, name="assign-role"),
    path("admin/users/<int:person>/training/", people.record_training, name="record-training"),
    path("admin/users/<int:person>/deactivate/", people.deactivate, name="deactivate"),
    path("admin/users/<int:person>/reactivate/", people.reactivate, name="reactivate"),
    path("admin/users/<int:person>/reset/", people.reset, name="reset-sign-in"),
    path("admin/roles/<int:assignment>/end/", people.end_role, name="end-role"),
    path("admin/roles/", people.matrix, name="matrix"),
    path("admin/sites/", study.sites, name="sites"),
    path("admin/sites/<str:any_site>/", study.edit_site, name="edit-site"),
    path("admin/delegation/", study.delegations, name="delegations"),
    path("admin/delegation/<str:site>/new/", study.delegate, name="delegate"),
    path("admin/delegation/<int:delegation>/sign/", study.sign_delegation, name="sign-delegation"),
    path("admin/delegation/<int:delegation>/end/", study.end_delegation, name="end-delegation"),
    path("admin/access/", study.access_log, name="access-log"),
]

if settings.EDC_TEST_HOOKS:
    from .views import test_hooks

    urlpatterns += [path("_test/outbox/", test_hooks.outbox, name="test-outbox")]
