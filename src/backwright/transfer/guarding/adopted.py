"""The template's code of accounts in the words of a host's own table of accounts."""

from __future__ import annotations

import re

from backwright.source.imports import add_imports
from backwright.transfer.guarding.adopting import ORIGINS, Accounts, Needed
from backwright.transfer.guarding.leaving_out import without

_UPGRADE = """    if user is not None and is_right:
        {wait}upgrade_password(session, user, password)
    return user if is_right else None"""


_PLAIN = """    if digest is None and may_be_hash(stored):
        return False
    if digest is None:
        return hmac.compare_digest(password.encode(), stored.encode())
"""


def speak_of(code: str, accounts: Accounts, *, digests: bool = True) -> str:
    """Return a module of the template that speaks of a table of accounts.

    Args:
        code: the module.
        accounts: the table.
        digests: whether the host stores quick hashes itself.
    """
    if accounts.adopted:
        code = _with_needed(code, accounts.needed)
        code = _with_address(code, accounts)
        code = code.replace("hashed_password=", f"{accounts.password}=")
        code = re.sub(r"\b(user|User)\.hashed_password\b", rf"\1.{accounts.password}", code)
        code = re.sub(r"\buser\.id\b", f"user.{accounts.key}", code)
        if has_older(accounts):
            code = _with_older(code)
            code = code if accounts.plain else _without_plain(code)
        if not digests:
            code = code.replace(" or digest_of(value) is not None", "")
    return re.sub(r"\bUser\b", accounts.model, code) if accounts.model != "User" else code


def has_older(accounts: Accounts) -> bool:
    """Tell whether passwords may be stored in another way than ours."""
    return accounts.adopted and accounts.password not in accounts.missing


def _with_address(code: str, accounts: Accounts) -> str:
    """Look accounts up by the column of their address, however it was written in the past."""
    name = accounts.address
    if "mail" not in name:
        code = re.sub(r"User\.email == email\.lower\(\)", f"User.{name} == email", code)
        code = code.replace("email=email.lower()", f"{name}=email")
        code = code.replace("    email: EmailStr\n", f"    {name}: str\n")
        code = code.replace("BaseModel, EmailStr", "BaseModel").replace(
            "    email: str\n", f"    {name}: str\n"
        )
    elif "User.email == email.lower()" in code:
        code = code.replace(
            "User.email == email.lower()", f"func.lower(User.{name}) == email.lower()"
        )
        code = add_imports(code, {"sqlalchemy": {"func"}})
        code = code.replace("email=email.lower()", f"{name}=email.lower()")
    code = code.replace("User.email == EMAIL", f"User.{name} == EMAIL")
    code = code.replace("User(email=EMAIL", f"User({name}=EMAIL")
    code = code.replace("email=user.email", f"{name}=user.{name}")
    code = code.replace("data.email", f"data.{name}")
    code = code.replace("current_user.email", f"current_user.{name}")
    if "mail" in name and name != "email":
        code = re.sub(r"(?m)^    email: (EmailStr|str)$", rf"    {name}: \1", code)
    return code


def _with_needed(code: str, needed: tuple[Needed, ...]) -> str:
    """Let registering give what an account cannot be without."""
    if not needed:
        return code
    asked = [one for one in needed if one.value is None]
    fields = "".join(f"    {one.name}: {one.kind}\n" for one in asked)
    code = code.replace(
        "    email: EmailStr\n    password: str\n",
        f"    email: EmailStr\n    password: str\n{fields}",
    )
    passed = "".join(f", {one.name}=data.{one.name}" for one in asked)
    code = code.replace(
        "register_user(session, data.email, data.password",
        f"register_user(session, data.email, data.password{passed}",
    )
    params = "".join(f", {one.name}: {one.kind}" for one in asked)
    star = ", *" if asked else ""
    code = code.replace("email: str, password: str) -> User | None:\n    \"\"\"Make an",
                        f"email: str, password: str{star}{params}) -> User | None:\n    \"\"\"Make an")  # fmt: skip
    code = code.replace("email: str, password: str) -> Optional[User]:\n    \"\"\"Make an",
                        f"email: str, password: str{star}{params}) -> Optional[User]:\n    \"\"\"Make an")  # fmt: skip
    given = "".join(f", {one.name}={one.value or one.name}" for one in needed)
    code = code.replace("hashed_password=hashed)", f"hashed_password=hashed{given})")
    samples = "".join(f", {one.name}={one.value or one.python_sample}" for one in needed)
    code = code.replace(
        "hashed_password=hash_password(PASSWORD))",
        f"hashed_password=hash_password(PASSWORD){samples})",
    )
    origins: dict[str, set[str]] = {}
    said = params if "def register_user" in code else fields if fields and fields in code else ""
    for one in asked:
        if one.choice and said:
            origins.setdefault(one.choice[0][0], set()).add(one.choice[0][1])
        elif one.kind in ORIGINS and said:
            origins.setdefault(ORIGINS[one.kind], set()).add(one.kind)
    return add_imports(code, origins) if origins else code


def _with_older(code: str) -> str:
    """Let passwords that are stored in another way log in, and be hashed then."""
    waits = "await " if re.search(r"async def authenticate", code) else ""
    if "def authenticate" not in code:
        return code
    head, _, tail = code.partition("def authenticate")
    tail = tail.replace("verify_password", "verify_any", 1)
    tail = tail.replace("    return user if is_right else None", _UPGRADE.format(wait=waits), 1)
    code = f"{head}def authenticate{tail}"
    code = re.sub(r"(from app\.security import .*), verify_password", r"\1", code)
    return add_imports(code, {"app.older_passwords": {"upgrade_password", "verify_any"}})


def _without_plain(code: str) -> str:
    """Compare nothing that is stored as it is, and leave alone what the host's own code stores."""
    if "def verify_any" not in code:
        return code
    code = code.replace("before: plain, or by a quick hash.", "before by a quick hash.")
    code = code.replace(_PLAIN, "    if digest is None:\n        return False\n")
    return without(code, frozenset(), frozenset(("HASHES", "may_be_hash", "keep_hashed")))


def registration(accounts: Accounts) -> dict[str, str]:
    """Return what registering is sent besides the address and the password, as code of JSON."""
    return {one.name: one.sample for one in accounts.needed if one.value is None}
