"""System checks: the matrix is whole and its rules hold, before the server starts."""

from django.core.checks import Error, Tags, register

from .roles import (
    DATA_ROLES,
    PERMISSION_LABELS,
    RANK,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    TASK_LABELS,
    TASK_NEEDED,
    Permission,
    Role,
    Task,
)


@register()
def matrix_is_whole(app_configs, **kwargs) -> list[Error]:
    """Every role has rights, a rank and a label; every right is held by a role; tasks name rights their
    role has.
    """
    found = []
    if set(ROLE_PERMISSIONS) != set(Role) or set(RANK) != set(Role) or set(ROLE_LABELS) != set(Role):
        found.append("every role needs a line in ROLE_PERMISSIONS, RANK and ROLE_LABELS")
    if set(PERMISSION_LABELS) != set(Permission) or set(TASK_LABELS) != set(Task):
        found.append("every right and every task needs a label")
    if idle := set(Permission) - set().union(*ROLE_PERMISSIONS.values()):
        found.append(f"no role holds {', '.join(sorted(idle))}")
    if wrong := [key for key in TASK_NEEDED if key[1] not in ROLE_PERMISSIONS[key[0]]]:
        found.append(f"TASK_NEEDED names rights the role does not hold: {wrong}")
    data_rights = set().union(*(ROLE_PERMISSIONS[role] for role in DATA_ROLES))
    shared = (ROLE_PERMISSIONS[Role.ADM] & data_rights) - {Permission.VIEW_SECURITY_LOG}
    if shared:
        found.append(f"the administrator shares {', '.join(sorted(shared))} with roles in the data")
    return [Error(message, id="accounts.E001") for message in found]


@register(Tags.database)
def nobody_holds_clashing_roles(app_configs, databases, **kwargs) -> list[Error]:
    """Stored roles keep the segregation rules, also those written past the action that refuses them."""
    from django.db import connection

    from .models import RoleAssignment
    from .selectors import clashing_people

    if not databases or RoleAssignment._meta.db_table not in connection.introspection.table_names():
        return []
    return [Error(f"{person.full_name}: {why}", id="accounts.E002") for person, why in clashing_people()]
