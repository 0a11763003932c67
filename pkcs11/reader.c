/*
 * Readers: the slots of a module (PKCS#11 v2.40, 11.5 C_GetSlotList), with a token in them or not.
 */
#include "p11.h"

enum antin_rc
antin_module_readers(struct antin_module *m, size_t *readers, struct antin_err *err)
{
	CK_ULONG count = 0;
	CK_RV rv = ANTIN_P11_CALL(m, C_GetSlotList, CK_FALSE, NULL, &count);

	if (rv != CKR_OK)
		return antin_p11_fail(err, rv, "C_GetSlotList");
	*readers = count;
	return ANTIN_OK;
}
