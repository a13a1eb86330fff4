{
    "name": "Campaign Desk",
    "summary": "Campaigns sent fast and exactly once, with every answer followed up",
    "version": "19.0.1.0.0",
    "author": "Campaign Desk",
    "website": "https://campaign-desk.example.com",
    "license": "Other OSI approved licence",
    "category": "Marketing/Email Marketing",
    "depends": ["mass_mailing_crm", "mass_mailing_sale", "calendar", "contacts"],
    "data": [],
    "application": True,
}
