"""Recipients for benchmarks, made by SQL: people of many mailbox providers."""

# Roughly how a consumer list in Europe and America is spread over providers. They are
# only words in RCPT commands to a server on this computer.
PROVIDERS = {
    "gmail.com": 42,
    "outlook.com": 9,
    "hotmail.com": 9,
    "yahoo.com": 9,
    "icloud.com": 6,
    "gmx.de": 5,
    "web.de": 4,
    "aol.com": 3,
    "live.com": 3,
    "orange.fr": 2,
    "libero.it": 2,
    "mail.ru": 2,
    "t-online.de": 2,
    "comcast.net": 2,
}
FIRST_NAMES = ("Anna", "Ben", "Chloé", "David", "Emma", "Félix", "Grace", "Henrik")
LAST_NAMES = ("Moreau", "Schmidt", "Rossi", "Nowak", "Jensen", "García", "Brown")
COMPANIES = ("Velmara", "Nordwind Logistik", "Atelier Lumière", "Casa Verde", "Kestrel")

_PEOPLE = """
    WITH person AS (
        SELECT number,
               ({first})[1 + number %% {firsts}]
                   || ' ' || ({last})[1 + number / 3 %% {lasts}] AS name,
               CASE WHEN number %% 4 > 0
                    THEN ({company})[1 + number %% {companies}] END AS company,
               {address} AS email
          FROM generate_series(1, {count}) AS number
    ), contact AS (
        INSERT INTO mailing_contact (name, company_name, email, email_normalized,
                                     active, create_uid, write_uid, create_date,
                                     write_date)
        SELECT name, company, email, {normalized}, TRUE, 1, 1,
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM person
         ORDER BY number
        RETURNING id
    )
    INSERT INTO mailing_subscription (contact_id, list_id, opt_out,
                                      create_uid, write_uid, create_date, write_date)
    SELECT id, %(list)s, {opt_out}, 1, 1,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM contact
"""
_BLACKLIST = """
    ;
    INSERT INTO mail_blacklist (email, active, create_uid, write_uid,
                                create_date, write_date)
    SELECT DISTINCT email_normalized, TRUE, 1, 1,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM mailing_contact
     WHERE id %% 50 = 7 AND email_normalized IS NOT NULL
        ON CONFLICT DO NOTHING
"""


def clean(count: int) -> str:
    """Return SQL for a list of people who can all be mailed, once."""
    return _statement(count, _address("number"), "lower(email)", "FALSE")


def mixed(count: int) -> str:
    """Return SQL for a list as lists are.

    2 % are blacklisted, 3 % have opted out, 2 % stand there twice, 1 % have a wrong
    address and 0.5 % none.
    """
    address = f"""
        CASE WHEN number %% 200 = 11 THEN NULL
             WHEN number %% 100 = 23 THEN 'nobody at nowhere'
             WHEN number %% 50 = 31 THEN {_address("(number - 1)")}
             ELSE {_address("number")}
        END
    """
    normalized = "CASE WHEN email LIKE '%%@%%' THEN lower(email) END"
    statement = _statement(count, address, normalized, "id %% 100 IN (3, 41, 77)")
    return statement + _BLACKLIST


def _statement(count: int, address: str, normalized: str, opt_out: str) -> str:
    return _PEOPLE.format(
        count=count,
        address=address,
        normalized=normalized,
        opt_out=opt_out,
        first=_array(FIRST_NAMES),
        firsts=len(FIRST_NAMES),
        last=_array(LAST_NAMES),
        lasts=len(LAST_NAMES),
        company=_array(COMPANIES),
        companies=len(COMPANIES),
    )


def _address(number: str) -> str:
    """Return SQL for the address of the person with a number."""
    spread = [name for name, weight in PROVIDERS.items() for _ in range(weight)]
    # A step that shares no factor with the length visits every place.
    place = f"1 + {number} * 37 %% {len(spread)}"
    return f"'person' || {number} || '@' || ({_array(spread)})[{place}]"


def _array(words) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"
