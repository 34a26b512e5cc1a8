select ${a}, '${a}', `${b}`, /* ${a} */ 1 -- ${a}
 ; select 'unclosed; select "x\