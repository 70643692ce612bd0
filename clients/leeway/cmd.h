/* cmd.h - the functions behind the verbs, by the file they stand in. Each returns an exit code. */
#ifndef LEEWAY_CLIENTS_LEEWAY_CMD_H
#define LEEWAY_CLIENTS_LEEWAY_CMD_H

#include "clients/leeway/run.h"

/* cmd_case.c */
int case_open(struct run *r);
int case_act(struct run *r);
int case_show(struct run *r);
int case_list(struct run *r);
int case_private(struct run *r);

/* cmd_record.c */
int case_explain(struct run *r);
int case_history(struct run *r);
int show_served(struct run *r);
int show_unserved(struct run *r);
int command_show(struct run *r);

/* cmd_errors.c */
int errors_lookup_verb(struct run *r);
int errors_list_verb(struct run *r);

/* cmd_task.c */
int task_list(struct run *r);
int task_do(struct run *r);
int task_reassign(struct run *r);

/* cmd_paper.c */
int paper_put(struct run *r);
int paper_get(struct run *r);

/* cmd_watch.c */
int watch(struct run *r);
int status(struct run *r);
int time_advance(struct run *r);
int time_confirm(struct run *r);

/* cmd_register.c */
int key_new(struct run *r);
int key_add(struct run *r);
int key_revoke(struct run *r);
int department_add(struct run *r);
int department_change(struct run *r);
int department_end(struct run *r);
int person_add(struct run *r);
int person_change(struct run *r);
int person_end(struct run *r);
int role_add(struct run *r);
int role_change(struct run *r);
int role_end(struct run *r);
int register_list(struct run *r);

struct procedure *procedure_of_daemon(struct run *r, const char *name); /* the active version; NULL: it was said why */

/* cmd_report.c */
int report_verb(struct run *r);

/* cmd_standing.c */
int standing_check(struct run *r);
int standing_depart(struct run *r);
int standing_departures(struct run *r);
int standing_checks(struct run *r);

/* cmd_procedure.c */
int procedure_list(struct run *r);
int procedure_load(struct run *r);
int procedure_activate(struct run *r);

/* cmd_law.c */
int procedure_check_verb(struct run *r);
int procedure_show_verb(struct run *r);
int procedure_draw_verb(struct run *r);

/* cmd_calendar.c */
int calendar_add_verb(struct run *r);
int calendar_between_verb(struct run *r);
int calendar_show_verb(struct run *r);

/* cmd_import.c */
int import_verb(struct run *r);

/* cmd_load.c */
int calendar_load_verb(struct run *r);

#endif
