{
    "name": "Campaign Desk",
    "summary": "Campaigns sent fast and exactly once, with every answer followed up",
    "version": "19.0.1.0.0",
    "author": "Campaign Desk",
    "website": "https://campaign-desk.example.com",
    "license": "Other OSI approved licence",  # MIT, for which Odoo has no word
    "category": "Marketing/Email Marketing",
    "depends": ["mass_mailing_crm", "mass_mailing_sale", "calendar", "contacts"],
    "external_dependencies": {
        "python": ["dnspython"],
        "apt": {"dnspython": "python3-dnspython"},
    },
    "data": [
        # who may
        "security/campaign_roles.xml",
        "security/ir.model.access.csv",
        "security/campaign_rules.xml",
        "security/campaign_segment_rules.xml",
        # campaign
        "views/mailing_mailing_views.xml",
        "views/campaign_segment_views.xml",
        "views/mailing_audience_views.xml",
        "views/mailing_copies_views.xml",
        "views/utm_campaign_views.xml",
        "views/campaign_calendar_entry_views.xml",
        "views/res_config_settings_views.xml",
        # sending
        "data/campaign_provider_group_data.xml",
        "data/campaign_answer_rule_data.xml",
        "data/ir_cron_data.xml",
        "data/campaign_send_window_data.xml",
        "data/campaign_sending_account_data.xml",
        "data/campaign_pacing_rule_data.xml",
        "views/campaign_pacing_rule_views.xml",
        "views/campaign_sending_batch_views.xml",
        "views/campaign_sending_account_views.xml",
        "views/mailing_sender_views.xml",
        "views/campaign_mail_domain_views.xml",
        "views/campaign_provider_group_views.xml",
        "views/campaign_answer_rule_views.xml",
        "views/mailing_trace_views.xml",
        "views/campaign_send_window_views.xml",
        # tracking
        "views/tracking_templates.xml",
        # where to find it all
        "views/menus.xml",
    ],
    "demo": [
        "data/demo/company.xml",
        "data/demo/mailing_lists.xml",
        "data/demo/mailing.contact.csv",
        "data/demo/campaign_finished.xml",
        "data/demo/campaign_draft.xml",
    ],
    "assets": {
        "web.assets_backend": ["campaign_desk/static/src/**/*"],
        "web.assets_tests": ["campaign_desk/static/tests/tours/**/*"],
    },
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "application": True,
}
